// @ts-check
import { ledgerSource, ledgerSpec } from '../guard.mjs';

const LANE = ledgerSource('reserve-lane');
const TRAVELLING = ledgerSource('travelling');

/** That the memory of a process never lends what it has not. @type {readonly import('../guard.mjs').Guard[]} */
export const MEMORY = [
  {
    name: 'free points promised to those who wait are set aside',
    caughtBy: [ledgerSpec('process-side')],
    source: [
      { file: TRAVELLING, from: 'escrow.free -= setAside;', to: '' },
      { file: LANE, from: 'escrow.free += setAside + (need < 0', to: 'escrow.free += (need < 0' },
    ],
  },
  {
    name: 'what is given back leaves memory when it is sent',
    caughtBy: [ledgerSpec('process-side')],
    source: [
      { file: TRAVELLING, from: 'escrow.free -= excess;', to: '' },
      { file: LANE, from: '(need < 0 ? answer.granted - need : answer.granted)', to: 'answer.granted' },
    ],
  },
  {
    name: 'an answer refuses nobody who came after its batch was sent',
    caughtBy: [ledgerSpec('process-side')],
    source: [
      {
        file: LANE,
        from: 'for (const { request, resolve, reject } of waiters) {',
        to: 'for (const { request, resolve, reject } of [...waiters, ...escrow.waiters.splice(0)]) {',
      },
    ],
  },
  {
    name: 'whoever waits for a process that was ended is answered by the next one',
    caughtBy: [ledgerSpec('process-side')],
    source: [{ file: LANE, from: 'this.enter(waiters);', to: '' }],
  },
  {
    name: 'a booking that its hold did not pay leaves its points free',
    caughtBy: [ledgerSpec('process-side')],
    source: [
      {
        file: ledgerSource('settle-line'),
        from: 'isPaid ? this.points + (this.back ?? 0) - this.lent : -this.lent',
        to: 'this.points + (this.back ?? 0) - this.lent',
      },
    ],
  },
  {
    name: 'a request that another process booked leaves its hold’s points free',
    caughtBy: [ledgerSpec('settle')],
    source: [
      {
        file: ledgerSource('holds'),
        from: `line.finish(funding === 'hold' && !(repeated && tries === 1));`,
        to: `line.finish(funding === 'hold');`,
      },
    ],
  },
  {
    name: 'a request that is over spends no points of its hold again',
    caughtBy: [ledgerSpec('settle')],
    source: [
      {
        file: ledgerSource('holds'),
        from: 'new SettleLine(hold, charge, !hold.isOver)',
        to: 'new SettleLine(hold, charge, true)',
      },
    ],
  },
  {
    name: 'a hold serves nobody once its window is over',
    caughtBy: [ledgerSpec('recovery')],
    source: [
      {
        file: ledgerSource('escrow'),
        from: 'return !this.isClosed && nowMs < this.usableUntilMs;',
        to: 'return !this.isClosed;',
      },
    ],
  },
  {
    name: 'nobody is admitted while a charge waits too long for the disk',
    caughtBy: [ledgerSpec('process-side')],
    source: [
      {
        file: ledgerSource('holds'),
        from: 'if (this.settles.isStuck(nowMs))',
        to: 'if (false as boolean)',
      },
    ],
  },
];
