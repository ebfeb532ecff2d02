// Render keys: random ones that live as long as a render (cache mode), or JWTs signed with the renderer's token.
import { randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { Role } from '../options.js';
import { identityOfRole, type Identity } from './identity.js';

export interface RenderUser {
  orgId: number;
  userId: number;
  role: Role;
}

interface Cached extends RenderUser {
  endsAt: number;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export class RenderKeys {
  private readonly cached = new Map<string, Cached>();

  constructor(
    private readonly mode: 'cache' | 'jwt',
    private readonly token: string,
    private readonly lifetimeMs: number
  ) {}

  async add(user: RenderUser): Promise<string> {
    return this.mode === 'jwt' ? this.sign(user) : this.remember(user);
  }

  remember(user: RenderUser): string {
    const key = Array.from(randomBytes(32), (b) => ALPHABET[b % ALPHABET.length]).join('');
    this.cached.set(key, { ...user, endsAt: Date.now() + this.lifetimeMs });
    return key;
  }

  private sign(user: RenderUser): Promise<string> {
    return new SignJWT({ renderUser: { org_id: user.orgId, user_id: user.userId, org_role: user.role } })
      .setProtectedHeader({ alg: 'HS512', typ: 'JWT' })
      .setExpirationTime(Math.floor((Date.now() + this.lifetimeMs) / 1000))
      .sign(Buffer.from(this.token, 'utf8'));
  }

  drop(key: string): boolean {
    return this.cached.delete(key);
  }

  clear(): void {
    this.cached.clear();
  }

  async find(key: string): Promise<Identity | undefined> {
    const user = this.mode === 'jwt' && key.startsWith('eyJ') ? await this.verify(key) : this.lookUp(key);
    return user && identityOfRole('render', '', user.role, user.orgId, user.userId);
  }

  private lookUp(key: string): RenderUser | undefined {
    const found = this.cached.get(key);
    return found && found.endsAt > Date.now() ? found : undefined;
  }

  private async verify(key: string): Promise<RenderUser | undefined> {
    try {
      const { payload } = await jwtVerify(key, Buffer.from(this.token, 'utf8'), { algorithms: ['HS512'] });
      const claim = Object.entries(payload).find(([name]) => name.toLowerCase() === 'renderuser')?.[1];
      const user = claim as { org_id?: number; user_id?: number; org_role?: Role } | undefined;
      return user ? { orgId: user.org_id ?? 0, userId: user.user_id ?? 0, role: user.org_role ?? 'Viewer' } : undefined;
    } catch {
      return undefined;
    }
  }
}
