import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AdminGuard } from './admin.guard.js';
import { AdminUsersRepository } from './admin-users.repository.js';
import { AttemptLimiter } from './attempt-limiter.js';
import { AuthService } from './auth.service.js';
import { BootstrapOwner } from './bootstrap-owner.js';

/** Closes every route of the application but the public ones. */
@Module({
  providers: [
    AdminUsersRepository,
    AttemptLimiter,
    AuthService,
    BootstrapOwner,
    { provide: APP_GUARD, useClass: AdminGuard },
  ],
})
export class AuthModule {}
