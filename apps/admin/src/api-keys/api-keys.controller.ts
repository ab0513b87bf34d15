import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { IfMatch } from '../http/if-match.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { IdParam } from '../http/path-params.js';
import { ApiKeyResponse, IssuedApiKeyResponse, toApiKeyResponse, toIssuedApiKeyResponse } from './api-key.response.js';
import { CreateApiKeyDto } from './create-api-key.dto.js';
import { KeysWithPointsService } from './keys-with-points.service.js';
import { UpdateApiKeyDto } from './update-api-key.dto.js';

/** API keys: issued, restricted, reset, never deleted. */
@ApiTags('api keys')
@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly keys: KeysWithPointsService) {}

  /** Issues a key. The secret is in this answer and nowhere else, ever. */
  @Post()
  @ApiCreatedResponse({ type: IssuedApiKeyResponse })
  async issue(@Body() body: CreateApiKeyDto): Promise<IssuedApiKeyResponse> {
    return toIssuedApiKeyResponse(await this.keys.issue(body));
  }

  /** Lists keys, newest first. */
  @Get()
  @ApiPageOf(ApiKeyResponse)
  async list(@Query() query: PageQueryDto): Promise<PageResponse<ApiKeyResponse>> {
    return toPageResponse(await this.keys.list(query), toApiKeyResponse);
  }

  /** One key. */
  @Get(':id')
  @ApiOkResponse({ type: ApiKeyResponse })
  async get(@IdParam() id: string): Promise<ApiKeyResponse> {
    return toApiKeyResponse(await this.keys.get(id));
  }

  /** Changes a key: a merge patch, in force on every gateway within a second. */
  @Patch(':id')
  @ApiOkResponse({ type: ApiKeyResponse })
  async update(
    @IdParam() id: string,
    @Body() body: UpdateApiKeyDto,
    @IfMatch() ifMatch: number | undefined,
  ): Promise<ApiKeyResponse> {
    return toApiKeyResponse(await this.keys.update({ id, ifMatch }, body));
  }

  /** Gives a key a new secret, shown once; the old one is refused within a second. `409` for an archived key. */
  @Post(':id/reset')
  @ApiCreatedResponse({ type: IssuedApiKeyResponse })
  async reset(@IdParam() id: string, @IfMatch() ifMatch: number | undefined): Promise<IssuedApiKeyResponse> {
    return toIssuedApiKeyResponse(await this.keys.reset({ id, ifMatch }));
  }
}
