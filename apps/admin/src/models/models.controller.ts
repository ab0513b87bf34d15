import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ModelsService } from '@tokenbay/models';
import { Database } from '@tokenbay/platform';
import { IfMatch } from '../http/if-match.js';
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

  /** Creates a model; `409` where the name is taken. */
  @Post()
  @ApiCreatedResponse({ type: ModelResponse })
  async create(@Body() body: CreateModelDto): Promise<ModelResponse> {
    return toModelResponse(await this.database.transaction((tx) => this.models.create(tx, { ...body })));
  }

  /** Lists models, newest first. */
  @Get()
  @ApiPageOf(ModelResponse)
  async list(@Query() query: PageQueryDto): Promise<PageResponse<ModelResponse>> {
    return toPageResponse(await this.models.list(this.database.tx, query), toModelResponse);
  }

  /** One model. */
  @Get(':name')
  @ApiOkResponse({ type: ModelResponse })
  async get(@NameParam() name: string): Promise<ModelResponse> {
    return toModelResponse(await this.models.get(this.database.tx, name));
  }

  /** Changes a model: a merge patch, but `prices` are replaced whole. Requests already admitted are charged the old prices. */
  @Patch(':name')
  @ApiOkResponse({ type: ModelResponse })
  async update(
    @NameParam() name: string,
    @Body() body: UpdateModelDto,
    @IfMatch() ifMatch: number | undefined,
  ): Promise<ModelResponse> {
    return toModelResponse(await this.database.transaction((tx) => this.models.update(tx, name, { ...body, ifMatch })));
  }

  /** Deletes a model; `409` while a channel serves it. The history of its prices stays. */
  @Delete(':name')
  @HttpCode(204)
  @ApiNoContentResponse()
  async delete(@NameParam() name: string, @IfMatch() ifMatch: number | undefined): Promise<void> {
    await this.database.transaction((tx) => this.models.delete(tx, name, ifMatch));
  }

  /** Every version of the model's prices, newest first. */
  @Get(':name/prices')
  @ApiPageOf(ModelPriceResponse)
  async listPrices(@NameParam() name: string, @Query() query: PageQueryDto): Promise<PageResponse<ModelPriceResponse>> {
    return toPageResponse(await this.models.listPrices(this.database.tx, name, query), toModelPriceResponse);
  }
}
