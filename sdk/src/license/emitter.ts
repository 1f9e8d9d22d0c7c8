import type { LicenseEvents, LicenseListener } from "./types.ts";

export interface Emitter {
  on<Name extends keyof LicenseEvents>(name: Name, listener: LicenseListener<LicenseEvents[Name]>): () => void;
  emit<Name extends keyof LicenseEvents>(name: Name, event: LicenseEvents[Name]): void;
}

/** Calls listeners one after the other. What one throws goes to `onListenerError`, and stops neither the others nor the caller. */
export function createEmitter(onListenerError: (error: unknown) => void): Emitter {
  const listeners: { [Name in keyof LicenseEvents]: Set<LicenseListener<LicenseEvents[Name]>> } = {
    state: new Set(),
    session: new Set(),
    problem: new Set(),
  };
  const report = (error: unknown) => {
    try {
      onListenerError(error);
    } catch {
      // Nobody is left to tell.
    }
  };
  return {
    on: (name, listener) => {
      // Listening twice with one function means being called twice.
      const own: typeof listener = (event) => listener(event);
      listeners[name].add(own);
      return () => {
        listeners[name].delete(own);
      };
    },
    emit: (name, event) => {
      for (const listener of [...listeners[name]]) {
        try {
          Promise.resolve(listener(event)).catch(report);
        } catch (error) {
          report(error);
        }
      }
    },
  };
}
