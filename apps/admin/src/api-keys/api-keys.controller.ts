import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { IfMatch } from '../http/if-match.js';
import { Operation } from '../http/operation.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { IdParam } from '../http/path-params.js';
import { ApiKeyResponse, IssuedApiKeyResponse, toApiKeyResponse, toIssuedApiKeyResponse } from './api-key.response.js';
import { CreateApiKeyDto } from './create-api-key.dto.js';
import { KeysWithPointsService } from './keys-with-points.service.js';
import { ListApiKeysDto } from './list-api-keys.dto.js';
import { UpdateApiKeyDto } from './update-api-key.dto.js';

const SHOWN_ONCE =
  'The secret, `key`, is only here, and in a repetition under the same Idempotency-Key and body within 24 hours.';

/** API keys: issued, restricted, reset, never deleted. */
@ApiTags('api keys')
@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly keys: KeysWithPointsService) {}

  @Post()
  @Operation('Issue an API key', { details: SHOWN_ONCE, refusals: { 400: 'The account or group does not exist.' } })
  @ApiCreatedResponse({ type: IssuedApiKeyResponse })
  async issue(@Body() body: CreateApiKeyDto): Promise<IssuedApiKeyResponse> {
    return toIssuedApiKeyResponse(await this.keys.issue(body));
  }

  @Get()
  @Operation('List API keys', { details: 'Newest first, with what they have used; never with their secrets.' })
  @ApiPageOf(ApiKeyResponse)
  async list(@Query() query: ListApiKeysDto): Promise<PageResponse<ApiKeyResponse>> {
    return toPageResponse(await this.keys.list(query), toApiKeyResponse);
  }

  @Get(':id')
  @Operation('Read an API key', { details: 'Never with its secret.' })
  @ApiOkResponse({ type: ApiKeyResponse })
  async get(@IdParam() id: string): Promise<ApiKeyResponse> {
    return toApiKeyResponse(await this.keys.get(id));
  }

  @Patch(':id')
  @Operation('Change an API key', {
    details: 'A merge patch, in force on every gateway within a second. Keys are never deleted: archive them.',
    refusals: { 400: 'The group does not exist.' },
  })
  @ApiOkResponse({ type: ApiKeyResponse })
  async update(
    @IdParam() id: string,
    @Body() body: UpdateApiKeyDto,
    @IfMatch() ifMatch: number | undefined,
  ): Promise<ApiKeyResponse> {
    return toApiKeyResponse(await this.keys.update({ id, ifMatch }, body));
  }

  @Post(':id/reset')
  @Operation('Give an API key a new secret', {
    details: `${SHOWN_ONCE} The old one is refused within a second; id, limits and consumption stay, running requests finish.`,
    refusals: { 409: 'The key is archived.' },
  })
  @ApiCreatedResponse({ type: IssuedApiKeyResponse })
  async reset(@IdParam() id: string, @IfMatch() ifMatch: number | undefined): Promise<IssuedApiKeyResponse> {
    return toIssuedApiKeyResponse(await this.keys.reset({ id, ifMatch }));
  }
}
