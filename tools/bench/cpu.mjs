// @ts-check
import { readFileSync, readdirSync } from 'node:fs';

const TICK_MS = 10;
const KIBIBYTE = 1024;
const WATCH_MS = 500;

/** CPU milliseconds that a process has used; `main` its main thread alone. NaN where the system does not tell. @param {number} pid */
export function readCpu(pid) {
  return { all: readTimes(`/proc/${pid}/stat`).own, main: readTimes(`/proc/${pid}/task/${pid}/stat`).own };
}

/** CPU milliseconds of a process and of all its children, those that have ended too. @param {number} pid @returns {number} */
export function readFamilyCpu(pid) {
  const { own, ended } = readTimes(`/proc/${pid}/stat`);
  return own + ended + childrenOf(pid).reduce((sum, child) => sum + (readTimes(`/proc/${child}/stat`).own || 0), 0);
}

/** Resident memory in bytes. @param {number} pid @returns {number} */
export function readResident(pid) {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/status`));
  return match ? Number(match[1]) * KIBIBYTE : NaN;
}

/** Watches a process's resident memory until it is told to stop; answers the most that was seen, in bytes. @param {number} pid */
export function watchMemory(pid) {
  let max = 0;
  const timer = setInterval(() => (max = Math.max(max, readResident(pid))), WATCH_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return max;
    },
  };
}

/** Sum of the proportional memory of a process and its children, in bytes: pages shared by many count once. @param {number} pid */
export function readFamilyMemory(pid) {
  return [pid, ...childrenOf(pid)].reduce((sum, one) => {
    const match = /^Pss:\s+(\d+) kB/m.exec(readText(`/proc/${one}/smaps_rollup`));
    return sum + (match ? Number(match[1]) * KIBIBYTE : 0);
  }, 0);
}

/** @param {number} pid @returns {number[]} */
function childrenOf(pid) {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.map(Number).filter((candidate) => fieldsOf(readText(`/proc/${candidate}/stat`))[1] === String(pid));
  } catch {
    return [];
  }
}

/** @param {string} file */
function readTimes(file) {
  const fields = fieldsOf(readText(file));
  const ticks = (/** @type {number} */ index) => Number(fields[index] ?? NaN) * TICK_MS;
  return { own: ticks(11) + ticks(12), ended: ticks(13) + ticks(14) };
}

/** The fields behind the command's name, which may hold blanks. @param {string} text */
function fieldsOf(text) {
  return text.slice(text.lastIndexOf(') ') + 2).split(' ');
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
