import { SetMetadata } from '@nestjs/common';

/** The metadata key under which a route is marked public. */
export const IS_PUBLIC = 'is-public';

/** Opens a controller or route to callers without a token. The default is closed. */
export const Public = () => SetMetadata(IS_PUBLIC, true);
