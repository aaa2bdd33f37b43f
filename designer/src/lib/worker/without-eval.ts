/** zod would otherwise try whether it may turn text into code, which the content security policy refuses and reports. */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
