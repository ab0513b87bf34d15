/**
 * The seats of one request among those that may run at the same time. They are left once, when both its connection and its work upstream
 * are over: a client that leaves does not make room for another request while its first one is still at work.
 */
export class OccupiedSeats {
  private users = 1;

  constructor(private readonly leave: () => void) {}

  /** One more needs the seats. */
  keep(): void {
    this.users += 1;
  }

  /** One needs them no more. */
  release(): void {
    this.users -= 1;
    if (this.users === 0) this.leave();
  }
}
