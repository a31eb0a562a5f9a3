import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './runtime.mjs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a command to its end. @returns its exit code; 128 + signal when a signal ended it */
export function runChild(command, args, env, stdio = 'inherit') {
  const child = spawn(command, args, { cwd: root, env, stdio });
  return exitOf(child, forwardSignals(child));
}

/** The same for a server: when this process or the npm above it is killed outright, the child is told to stop. */
export function runSupervised(command, args, env) {
  const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' });
  const endForwarding = forwardSignals(child);
  // Its input ends with this process, however that dies.
  const watch = spawn('/bin/sh', ['-c', 'read _; kill -TERM "$1" 2>/dev/null', 'watch', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.on('error', () => {});
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.env.npm_lifecycle_event && process.ppid !== parent) child.kill('SIGTERM');
  }, 500);
  return exitOf(child, () => {
    endForwarding();
    clearInterval(poll);
    watch.kill('SIGKILL');
  });
}

function exitOf(child, cleanUp) {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      cleanUp();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      cleanUp();
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** Each signal is passed on once: npm repeats what the terminal has already sent to every process of its group. */
function forwardSignals(child) {
  const handlers = signals.map((signal) => {
    let sent = signal === 'SIGINT' && process.stdin.isTTY === true;
    const handler = () => {
      if (!sent) child.kill(signal);
      sent = true;
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => handlers.forEach((remove) => remove());
}
