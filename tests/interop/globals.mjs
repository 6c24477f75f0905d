// What the packages expect of a browser and an older Node.js lacks; nothing here uses a WebSocket. SPDX-License-Identifier: AGPL-3.0-or-later
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;
globalThis.WebSocket ??= class {};
