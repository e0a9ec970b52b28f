// The board behind this page's own server.

const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";

async function document_(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: { "X-Token": token } });
  } catch {
    throw new Error("the pad's server does not answer: is `invoke pad` still running?");
  }
  if (response.status === 500) throw new Error("the pad's server failed; see its terminal");
  const body = await response.json();
  if (response.ok) return body;
  // 400: what was asked, not the board
  throw Object.assign(new Error(body.error), { isOfRequest: response.status === 400 });
}

const query = (values) => new URLSearchParams(values).toString();

export const server = {
  model: () => document_("api/model"),
  state: () => document_("api/state"),
  answer: (name, blob) => document_(`api/answer?${query({ name })}`, { method: "POST", body: blob }),
  test: (index) => document_(`api/test?${query({ index })}`),
  gallery: (order, start, count) => document_(`api/gallery?${query({ order, start, count })}`),
  save: (label, blob) => document_(`api/drawings?${query({ label })}`, { method: "POST", body: blob }),
};
