import type { Protocol } from '../protocol.js';
import { ARK_TASKS } from './ark/tasks.js';
import { VIDEO_CONTENT } from './content.js';
import { DASHSCOPE_TASKS } from './dashscope/tasks.js';
import { OPENAI_VIDEOS } from './openai/videos.js';
import { VEO_OPERATIONS } from './veo/operations.js';

/** Everybody who makes videos, and the store that their results are in. */
export const VIDEOS: readonly Protocol[] = [OPENAI_VIDEOS, ARK_TASKS, DASHSCOPE_TASKS, VEO_OPERATIONS, VIDEO_CONTENT];
