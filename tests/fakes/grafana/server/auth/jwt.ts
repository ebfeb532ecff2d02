// [auth.jwt]: a token in a header, or in the address, verified against the key set that the settings name.
import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { Role } from '../options.js';
import { identityOfRole, type Identity } from './identity.js';

export class JwtLogin {
  private readonly keys: JWTVerifyGetKey;

  constructor(jwksUrl: string) {
    this.keys = createRemoteJWKSet(new URL(jwksUrl), { cooldownDuration: 1000 });
  }

  /** Undefined: not a token this Grafana trusts. */
  async verify(token: string): Promise<Identity | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'PS256', 'EdDSA'],
      });
      const login = String(payload['login'] ?? payload['email'] ?? payload.sub ?? '');
      if (!login) {
        return undefined;
      }
      const role = payload['role'];
      const orgId = Number(payload['org_id'] ?? 1);
      return identityOfRole('jwt', login, role === 'Admin' || role === 'Editor' ? (role as Role) : 'Viewer', orgId, 1000);
    } catch {
      return undefined;
    }
  }
}
