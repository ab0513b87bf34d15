import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ModelsService } from '@tokenbay/models';
import { Database } from '@tokenbay/platform';
import { IfMatch } from '../http/if-match.js';
import { Operation } from '../http/operation.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { NameParam } from '../http/path-params.js';
import { CreateModelDto } from './create-model.dto.js';
import { ModelPriceResponse, ModelResponse, toModelPriceResponse, toModelResponse } from './model.response.js';
import { UpdateModelDto } from './update-model.dto.js';

/** Models on offer and what they cost. */
@ApiTags('models')
@Controller('models')
export class ModelsController {
  constructor(
    private readonly database: Database,
    private readonly models: ModelsService,
  ) {}

  @Post()
  @Operation('Create a model', {
    details:
      'Nothing is sold without prices: until `prices` has those of the tokens or pieces a request uses, the request is refused.',
    refusals: { 409: 'A model of this name exists already.' },
  })
  @ApiCreatedResponse({ type: ModelResponse })
  async create(@Body() body: CreateModelDto): Promise<ModelResponse> {
    return toModelResponse(await this.database.transaction((tx) => this.models.create(tx, { ...body })));
  }

  @Get()
  @Operation('List models', { details: 'Newest first, with the prices in force.' })
  @ApiPageOf(ModelResponse)
  async list(@Query() query: PageQueryDto): Promise<PageResponse<ModelResponse>> {
    return toPageResponse(await this.models.list(this.database.tx, query), toModelResponse);
  }

  @Get(':name')
  @Operation('Read a model', { details: 'With the prices in force.' })
  @ApiOkResponse({ type: ModelResponse })
  async get(@NameParam() name: string): Promise<ModelResponse> {
    return toModelResponse(await this.models.get(this.database.tx, name));
  }

  @Patch(':name')
  @Operation('Change a model', {
    details:
      'A merge patch, but `prices` are replaced whole, as a new version. Requests already admitted are charged the old ones.',
  })
  @ApiOkResponse({ type: ModelResponse })
  async update(
    @NameParam() name: string,
    @Body() body: UpdateModelDto,
    @IfMatch() ifMatch: number | undefined,
  ): Promise<ModelResponse> {
    return toModelResponse(await this.database.transaction((tx) => this.models.update(tx, name, { ...body, ifMatch })));
  }

  @Delete(':name')
  @Operation('Delete a model', {
    details: 'The history of its prices stays.',
    refusals: { 409: 'A channel serves it.' },
  })
  @HttpCode(204)
  @ApiNoContentResponse()
  async delete(@NameParam() name: string, @IfMatch() ifMatch: number | undefined): Promise<void> {
    await this.database.transaction((tx) => this.models.delete(tx, name, ifMatch));
  }

  @Get(':name/prices')
  @Operation('List the prices a model ever had', { details: 'Newest first, by the `priceVersion` that receipts name.' })
  @ApiPageOf(ModelPriceResponse)
  async listPrices(@NameParam() name: string, @Query() query: PageQueryDto): Promise<PageResponse<ModelPriceResponse>> {
    return toPageResponse(await this.models.listPrices(this.database.tx, name, query), toModelPriceResponse);
  }
}
