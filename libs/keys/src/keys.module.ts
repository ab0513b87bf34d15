import { Module } from '@nestjs/common';
import { KeyUses } from './key-uses.js';
import { KeysReader } from './keys-reader.js';
import { KeysRepository } from './keys.repository.js';
import { KeysService } from './keys.service.js';

/** API keys: administered through the service, recognised through the reader. Needs the platform's global module. */
@Module({
  providers: [KeysRepository, KeysService, KeysReader, KeyUses],
  exports: [KeysService, KeysReader, KeyUses],
})
export class KeysModule {}
