// @ts-check
/**
 * Lints texts as if they lay at the paths given, nothing of it on disk: reads `{ path, code }[]` from stdin, writes `{ rule, message }[][]`.
 * For the test of the rules; a process of its own because ESLint does not load inside Jest's module loader.
 */
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let input = '';
for await (const line of createInterface(process.stdin)) input += line;
const snippets = /** @type {{ path: string, code: string }[]} */ (JSON.parse(input));

// Rules about types need files on disk; none of the rules that are tested here does.
const eslint = new ESLint({ cwd: ROOT, overrideConfig: [tseslint.configs.disableTypeChecked] });
const answers = [];
for (const { path, code } of snippets) {
  const [result] = await eslint.lintText(code, { filePath: `${ROOT}/${path}` });
  answers.push((result?.messages ?? []).map(({ ruleId, message }) => ({ rule: ruleId ?? '', message })));
}
process.stdout.write(JSON.stringify(answers));
