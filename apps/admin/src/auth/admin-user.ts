/** Who is calling the admin API. */
export interface AdminUser {
  readonly id: string;
  readonly name: string;
  /** A viewer reads; an operator and an owner change as well. */
  readonly role: 'owner' | 'operator' | 'viewer';
}
