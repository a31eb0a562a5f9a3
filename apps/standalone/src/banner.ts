/** What `npm start` says once everything answers: the address, the key and a session to try. */
export function banner({ url, adminKey, dataDir }: { url: string; adminKey: string; dataDir: string }): string {
  const call = (method: string, path: string, body?: string) =>
    `curl -s ${method === 'GET' ? '' : `-X ${method} `}$URL${path} -H "$KEY"${body ? ` -H 'content-type: application/json' \\\n  -d '${body}'` : ''}`;
  return `
  The referral engine answers at ${url}
  admin key   ${adminKey}
  API         ${url}/docs  (${url}/openapi.json)
  data, logs  ${dataDir}

  A first referral, in another terminal:

URL=${url}; KEY='authorization: Bearer ${adminKey}'
CODE=$(${call('GET', '/v1/users/till/code')} | sed 's/.*"code":"\\([^"]*\\)".*/\\1/')
${call('POST', '/v1/referrals', `{"refereeId":"nina","code":"'$CODE'","appId":"chat"}`)}
${call('POST', '/v1/payments', '{"id":"pay-1","userId":"nina","kind":"purchase","amount":999,"currency":"EUR","status":"settled"}')}
${call('GET', '/v1/users/till/balances')}
${call('GET', '/v1/users/till/bonuses')}

  Ctrl-C stops everything.
`;
}
