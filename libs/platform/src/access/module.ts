import { type DynamicModule, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { TokenStore } from './token-store.js';
import { TokensController } from './tokens.controller.js';

@Module({})
class AccessModule implements OnApplicationBootstrap {
  constructor(private readonly store: TokenStore) {}
  onApplicationBootstrap(): Promise<void> {
    return this.store.prepare();
  }
}

/** The interface for tokens (`/api/tokens`, `/api/me`): for one service, the one that is in front. */
export const accessModule = (): DynamicModule => ({ module: AccessModule, controllers: [TokensController] });
