import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AccountsService } from '@tokenbay/accounts';
import { Database } from '@tokenbay/platform';
import { WebhookDeliveriesService } from '@tokenbay/webhooks';
import { Operation } from '../http/operation.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { IdParam } from '../http/path-params.js';
import { toWebhookDeliveryResponse, WebhookDeliveryResponse } from './webhook-delivery.response.js';

/** What accounts were told of. */
@ApiTags('accounts')
@Controller('accounts/:id')
export class WebhookDeliveriesController {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly deliveries: WebhookDeliveriesService,
  ) {}

  @Get('webhook-deliveries')
  @Operation('List the webhooks of an account', {
    details: 'Every message to its webhookUrl, newest first, kept for thirty days after it arrived or was given up.',
  })
  @ApiPageOf(WebhookDeliveryResponse)
  async list(
    @IdParam() accountId: string,
    @Query() query: PageQueryDto,
  ): Promise<PageResponse<WebhookDeliveryResponse>> {
    const { id } = await this.accounts.get(this.database.tx, accountId);
    return toPageResponse(await this.deliveries.list(id, query), toWebhookDeliveryResponse);
  }
}
