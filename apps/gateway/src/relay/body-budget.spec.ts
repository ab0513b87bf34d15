import { BodyBudget } from './body-budget.js';

describe('the budget of request bodies', () => {
  it('refuses what would exceed it, until something is given back', () => {
    const budget = new BodyBudget(100);
    budget.take(60);
    expect(() => budget.take(41)).toThrow('system_overloaded');
    budget.take(40);
    budget.give(60);
    budget.take(60);
  });

  it('always has room for one', () => {
    const budget = new BodyBudget(100);
    budget.take(1_000);
    expect(() => budget.take(1)).toThrow('system_overloaded');
  });
});
