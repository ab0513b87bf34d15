/**
 * One reading at a time however many ask: who asks while one runs shares the next. Every answer is read after it was asked for, and the cost
 * for the database is that of one reader.
 */
export class SharedRead<Answer> {
  private next: { readonly ids: Set<string>; readonly answers: Promise<ReadonlyMap<string, Answer>> } | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Answer>>) {}

  /** What is known of one; rejects where the reading that it shares fails. */
  async of(id: string): Promise<Answer | undefined> {
    this.next ??= this.open();
    this.next.ids.add(id);
    return (await this.next.answers).get(id);
  }

  private open(): NonNullable<typeof this.next> {
    const ids = new Set<string>();
    const answers = this.running.then(() => {
      this.next = undefined;
      return this.read([...ids]);
    });
    this.running = answers.catch(() => undefined);
    return { ids, answers };
  }
}
