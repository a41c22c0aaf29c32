// A web application with a login, on nothing but node:http.
//
//     usher dev                # or Clerk itself: the two keys are all that an application needs to know
//     export CLERK_SECRET_KEY=… CLERK_PUBLISHABLE_KEY=… CLERK_API_URL=…
//     node web_app.mjs
//
// `/` is for everybody, `/account` for who is signed in.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { Clerk, Redirects } from 'clerk-usher';

const HEAD = '<title>Example</title><link rel="icon" href="data:,">';
const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The application: a request listener. */
export function application(clerk) {
  return async (request, response) => {
    const state = await clerk.authenticateRequest(request);
    if (state.applyTo(response)) return; // the browser goes elsewhere first, and comes back

    const here = new URL(request.url, `http://${request.headers.host}`);
    const signIn = Redirects.of(state, { baseUrl: here }).toSignIn(here);
    let page = `<h1>Hello</h1><p><a href="${escape(signIn)}">Sign in</a></p>`;
    if (state.auth?.userId) {
      page = account(await clerk.users.get(state.auth.userId), state.auth.orgSlug, signIn);
    } else if (here.pathname === '/account') {
      response.writeHead(303, { location: signIn }).end();
      return;
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en">${HEAD}${page}</html>`);
  };
}

/** What a user sees. The other pages of the account portal are beside the one to sign in. */
function account(user, organization, signIn) {
  const links = { organizations: 'Switch organization', user: 'Manage account', 'sign-out': 'Sign out' };
  const items = Object.entries(links).map(
    ([page, text]) => `<li><a href="${escape(signIn.replace('/sign-in', `/${page}`))}">${text}</a></li>`,
  );
  return (
    `<h1>Hello, ${escape(user.firstName ?? user.id)}</h1>` +
    `<p>Organization: <b id="organization">${escape(organization ?? 'none')}</b></p><ul>${items.join('')}</ul>`
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const port = Number(process.env.PORT ?? 3000);
  const origin = `http://localhost:${port}`;
  const clerk = new Clerk({ authorizedParties: [origin] });
  createServer(application(clerk)).listen(port, '127.0.0.1', () => console.log(origin));
}
