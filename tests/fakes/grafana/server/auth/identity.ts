// Who is asking.
import type { Role } from '../options.js';

export type AuthenticatedBy = 'render' | 'jwt' | 'apikey' | 'basic' | 'authproxy' | 'session' | 'anonymous';

export interface Identity {
  by: AuthenticatedBy;
  /** 0 for render keys of alerting and for service accounts' pages without a user. */
  userId: number;
  login: string;
  name: string;
  email: string;
  orgId: number;
  orgName: string;
  role: Role;
  /** Organisations that this identity may switch to. */
  orgIds: number[];
}

export interface User {
  id: number;
  login: string;
  password: string;
  name: string;
  role: Role;
  orgIds: number[];
  /** The active organisation; a page asked with another `orgId` changes it for good, as Grafana does. */
  activeOrgId: number;
}

export const ORGS: Record<number, string> = { 1: 'Main Org.', 2: '分行运维' };

export function newUsers(): User[] {
  return [
    { id: 1, login: 'admin', password: 'admin', name: 'admin', role: 'Admin', orgIds: [1, 2], activeOrgId: 1 },
    { id: 2, login: 'viewer', password: 'viewer', name: '值班员', role: 'Viewer', orgIds: [1], activeOrgId: 1 },
  ];
}

export function identityOfUser(user: User, by: AuthenticatedBy): Identity {
  return {
    by,
    userId: user.id,
    login: user.login,
    name: user.name,
    email: `${user.login}@localhost`,
    orgId: user.activeOrgId,
    orgName: ORGS[user.activeOrgId] ?? '',
    role: user.role,
    orgIds: user.orgIds,
  };
}

export function identityOfRole(by: AuthenticatedBy, name: string, role: Role, orgId: number, userId = 0): Identity {
  return { by, userId, login: name, name, email: '', orgId, orgName: ORGS[orgId] ?? '', role, orgIds: [orgId] };
}
