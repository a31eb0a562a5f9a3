/** In the transaction of what it tells. Parameters: id, actor, action, subject, before, after, time */
export const AUDIT = 'insert into audit (id, actor, action, subject, before, after, created_at) values ($1, $2, $3, $4, $5, $6, $7)';
