/** How many errors were answered, by code. Made before the application, since errors can be answered before it stands. */
export class ErrorCounts {
  readonly byCode = new Map<string, number>();

  count(code: string): void {
    this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1);
  }
}
