import { IntersectionType } from '@nestjs/swagger';
import { PageQueryDto } from '../http/page-query.dto.js';
import { UsageFilterDto } from './usage-filter.dto.js';

/** Which requests, and which page of them. */
export class ListUsageDto extends IntersectionType(PageQueryDto, UsageFilterDto) {}
