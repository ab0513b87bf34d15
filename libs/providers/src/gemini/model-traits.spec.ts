import { traitsOf } from './model-traits.js';

describe('what a Gemini model accepts', () => {
  it.each([
    ['gemini-2.0-flash', 'none', []],
    ['gemini-2.5-flash-image', 'none', []],
    ['gemma-3-27b-it', 'none', []],
    ['models/gemini-2.5-pro', 'budget', []],
    ['gemini-3-pro-preview', 'level', ['LOW', 'HIGH']],
    ['gemini-3-flash-preview', 'level', ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']],
    ['gemini-3.1-pro-preview', 'level', ['LOW', 'MEDIUM', 'HIGH']],
    ['gemini-3.8-flash', 'level', ['LOW', 'MEDIUM', 'HIGH']],
    ['gemini-flash-latest', 'level', ['LOW', 'MEDIUM', 'HIGH']],
    ['google/gemini-4-argon', 'level', ['LOW', 'MEDIUM', 'HIGH']],
  ])('is told by its name: %s', (name, thinking, levels) => {
    expect(traitsOf(name)).toMatchObject({ thinking, levels, demandsSeals: thinking === 'level' });
  });

  it('is told whether it can be kept from thinking, and whether it takes penalties', () => {
    expect([traitsOf('gemini-2.5-flash').canStopThinking, traitsOf('gemini-2.5-pro').canStopThinking]).toEqual([
      ...[true, false],
    ]);
    expect([traitsOf('gemini-2.0-flash').takesPenalties, traitsOf('gemini-2.5-flash').takesPenalties]).toEqual([
      ...[true, false],
    ]);
  });
});
