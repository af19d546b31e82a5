const URL = "/graphql";

// GraphiQL shows what this returns, so a failure comes back as a GraphQL answer, too.
export async function fetcher(params, options) {
  const response = await fetch(URL, {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json;q=0.9",
      "content-type": "application/json",
      ...options?.headers,
    },
    body: JSON.stringify(params),
  }).catch(() => null);
  if (response === null) return failure("The server does not answer. Is touchgraph still running?");
  return response.json().catch(() => failure(`The server answered ${response.status} without JSON.`));
}

function failure(message) {
  return { errors: [{ message }] };
}
