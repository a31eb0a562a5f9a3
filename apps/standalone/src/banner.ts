/** What `npm start` says once everything answers: the address, the key and a session to try, the README's. */
export function banner({ url, adminKey, dataDir }: { url: string; adminKey: string; dataDir: string }): string {
  const post = (path: string, body: string): string => `curl -s $URL${path} -H "$KEY" -H "$JSON" -d '${body}'; echo`;
  const ago = (time: string): string => `'$(date -u -d '${time} ago' +%FT%TZ)'`;
  return `
  The referral engine answers at ${url}
  admin key   ${adminKey}
  API         ${url}/openapi.json
  data, logs  ${dataDir}

  A first referral, in another terminal:

URL=${url}; KEY='authorization: Bearer ${adminKey}'; JSON='content-type: application/json'
CODE=$(curl -s $URL/v1/users/till/code -H "$KEY" | sed 's/.*"code":"\\([^"]*\\)".*/\\1/')
${post('/v1/referrals', `{"refereeId":"nina","code":"'$CODE'","appId":"chat","occurredAt":"${ago('2 days')}"}`)}
${post('/v1/activity', `{"id":"use-1","userId":"nina","kind":"app_used","appId":"chat","occurredAt":"${ago('47 hours')}"}`)}
${post('/v1/payments', '{"id":"pay-1","userId":"nina","kind":"purchase","amount":999,"currency":"EUR","status":"settled"}')}
sleep 1; curl -s $URL/v1/users/till/balances -H "$KEY"; echo
curl -s $URL/v1/users/till/bonuses -H "$KEY"; echo

  Ctrl-C stops everything.
`;
}
