import { isUniqueViolation, type Transaction } from '@referrals/persistence';
import { v4 as uuidv4 } from 'uuid';

/**
 * Puts the pseudonym in the place of the user, wherever this room names one. Who came back before the second pass has again what the
 * pseudonym has already, an auto code for one: that goes under a pseudonym of its own. @returns how many rows it changed
 */
export async function eraseUser(tx: Transaction, userId: string, pseudonym: string): Promise<number> {
  await tx.rows('savepoint erasure');
  try {
    return await erase(tx, userId, pseudonym);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await tx.rows('rollback to savepoint erasure');
    return erase(tx, userId, `erased:${uuidv4()}`);
  }
}

async function erase(tx: Transaction, userId: string, pseudonym: string): Promise<number> {
  const [row] = await tx.rows<{ changed: number }>('select erase_user($1, $2) as changed', [userId, pseudonym]);
  return row!.changed;
}
