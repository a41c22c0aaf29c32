"""The native module. What is here is what Python sees of it; `mypy.stubtest` holds the two together."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Generic, Literal, TypeAlias, TypeVar, final, overload

from typing_extensions import disjoint_base

_T_co = TypeVar("_T_co", covariant=True)

_Answer: TypeAlias = tuple[int, list[tuple[str, str]], bytes]

__all__ = [
    "MAX_FILE_BYTES",
    "Ask",
    "AsyncAuth",
    "AsyncRequestState",
    "Auth",
    "Claims",
    "Completions",
    "LateItems",
    "LateObject",
    "MachineToken",
    "ManualClock",
    "NativeClient",
    "NativeFrontendApiProxy",
    "NativeWebhook",
    "RequestState",
    "Task",
    "Undecided",
    "Walk",
    "__version__",
    "after_fork_in_child",
    "fork_generation",
    "late_items",
    "late_object",
    "run_helper",
]

__version__: str

MAX_FILE_BYTES: int
"""The largest file the API takes."""

def fork_generation() -> int:
    """How many times this process is a fork of a fork."""

def after_fork_in_child() -> None:
    """To be called in the child after `fork`. It touches one atomic and nothing else."""

def run_helper(name: str, arguments: str) -> str:
    """Runs a helper by its name."""

@final
class NativeFrontendApiProxy:
    """The Frontend API under a path of the application's own. It sends nothing."""

    def __new__(cls, options: str) -> NativeFrontendApiProxy: ...
    @property
    def path(self) -> str:
        """The path, without a slash at its end."""

    def matches(self, request: str) -> bool:
        """Whether a request is for the proxy."""

    def prepare(self, request: str) -> str:
        """What to do with a request."""

    @staticmethod
    def response(context: str, status: int, headers: str) -> str:
        """The answer for the browser, from that of the Frontend API."""

    @staticmethod
    def failed() -> str:
        """The answer for a request that could not be sent."""

@final
class ManualClock:
    """A clock that stands still until it is told to move. Times are Unix milliseconds."""

    def __new__(cls, now_ms: int) -> ManualClock: ...
    @property
    def now_ms(self) -> int:
        """What it shows."""

    def set(self, now_ms: int) -> None:
        """Shows this time from now on."""

    def advance(self, by_ms: int) -> None:
        """Moves by this many milliseconds; negative moves back."""

@final
class Claims:
    """What a verified token says. Times are Unix seconds."""

    @property
    def sub(self) -> str:
        """The user's id."""

    @property
    def sid(self) -> str | None:
        """The session's id; None if it is missing or not a string."""

    @property
    def iss(self) -> str | None:
        """The Frontend API's URL; None if it is missing or not a string."""

    @property
    def azp(self) -> str | None:
        """The origin that asked for the token; None if it is missing or not a string."""

    @property
    def exp(self) -> int:
        """When it expires."""

    @property
    def nbf(self) -> int | None:
        """When it begins to be valid."""

    @property
    def iat(self) -> int | None:
        """When it was made."""

    def to_dict(self) -> dict[str, Any]:
        """All claims as they were signed."""

    def get(self, name: str, default: Any = None) -> Any:
        """A claim, or the default where it is not there."""

    def __getitem__(self, name: str, /) -> Any: ...
    def __contains__(self, name: str, /) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Completions:
    """The finished calls of one event loop. `fileno()` becomes readable when there are any."""

    def __new__(cls) -> Completions: ...
    def fileno(self) -> int:
        """The descriptor to watch."""

    def drain(self) -> list[tuple[int, Any, BaseException | None]]:
        """Takes out what there is: id, and what a call was for (or an `Ask` of it), or its exception."""

@final
class Ask:
    """A request that waits for its answer."""

    @property
    def request(self) -> tuple[str, str, list[tuple[str, str]], bytes]:
        """Method, URL, headers and body of what would be sent."""

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answers it."""

    def fail(self, message: str, sent: bool) -> None:
        """Tells that there is no answer."""

@final
class Task(Generic[_T_co]):
    """A call on its way."""

    @property
    def id(self) -> int:
        """Tells its end in a queue from others."""

    def abort(self) -> None:
        """Gives it up: its request is cancelled."""

    def take_steps(self) -> str | None:
        """Its steps since they were last taken, as a JSON array; None where they are not kept, or are the parent's."""

    @property
    def transport(self) -> Any:
        """What sends for it in the place of the network."""

    def wait(self) -> _T_co:
        """Waits for its end without the GIL, and answers on this thread what it asks. A signal (Ctrl-C) ends the
        waiting and gives the call up."""

    def next(self) -> _T_co | Ask:
        """Waits for what is next to be heard of it: its end, or an `Ask`."""

@final
class LateObject:
    """An object of the API that has not been read yet. It has a copy of its text, so that it keeps no page."""

    def field(self, name: str, absent: Any) -> Any:
        """A field that is text, an integer, a boolean or null, read alone; `absent` where there is none.

        `NotImplemented` where it is something else, or so many were read that the whole is better.
        """

    def whole(self) -> dict[str, Any]:
        """The object as a dict: always the same one."""

@final
class LateItems:
    """The items of a page, none of which has been read yet."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Any:
        """An item: an object that is still to be read, anything else as it is."""

    def beside(self) -> dict[str, Any]:
        """What came beside the items."""

    def whole(self) -> list[Any]:
        """All items, read anew."""

def late_items(body: bytes, name: str) -> LateItems | None:
    """The items of a listing: an array, or an object that has one of this name. None if it has to be read at once."""

def late_object(body: bytes) -> LateObject | None:
    """The object that a body is; None where it has to be read at once."""

@final
class Walk:
    """Which page of a listing to ask for. It never changes: the next step is another one."""

    def __new__(cls, operation: str, arguments: str, options: str = "{}") -> Walk: ...
    @property
    def arguments(self) -> str | None:
        """The arguments to ask with, as JSON; none where the listing is over."""

    @property
    def ahead(self) -> list[str]:
        """What to have on its way: these arguments, and those of pages ahead. None where the listing is over."""

    def after(self, count: int, total: int | None, first: str | None, last: str | None) -> Walk:
        """The step after a page with this many items, this total, and these first and last ids."""

@final
class Undecided(Generic[_T_co]):
    """A request whose authentication has to ask the API."""

    def start(self, completions: Completions | None = None) -> Task[_T_co]:
        """Starts it."""

@final
class NativeClient:
    """A client of the core. Options and arguments come as JSON."""

    def __new__(cls, options: str, clock: ManualClock | None = None, transport: object = None) -> NativeClient: ...
    def with_options(self, options: str, transport: object = None) -> NativeClient:
        """A copy with some options changed."""

    @property
    def transport(self) -> Any:
        """What sends in the place of the network."""

    def start_call(
        self,
        operation: str,
        arguments: str,
        files: list[tuple[str, str, str | None, bytes]],
        options: str,
        completions: Completions | None = None,
        recorded: bool = False,
    ) -> Task[_Answer]:
        """Starts a call of an operation."""

    def start_request(
        self,
        method: str,
        path: str,
        query: list[tuple[str, str]],
        body: str | None,
        options: str,
        completions: Completions | None = None,
        recorded: bool = False,
    ) -> Task[_Answer]:
        """Starts a request that no operation describes."""

    def try_verify_token(self, token: object, options: Mapping[str, Any]) -> Claims | None:
        """Verifies a token with the keys in hand; None where keys have to be fetched first."""

    def start_verify_token(
        self, token: object, options: Mapping[str, Any], completions: Completions | None = None
    ) -> Task[Claims]:
        """Starts a verification that may fetch keys."""

    @overload
    def authenticate_request(
        self, request: object, options: Mapping[str, Any], client: object, awaited: Literal[False] = False
    ) -> RequestState | Undecided[RequestState]:
        """Authenticates a request with what is in hand; where the API has to be asked first, what is to be started for
        it. `client` is who gets tokens for the caller."""

    @overload
    def authenticate_request(
        self, request: object, options: Mapping[str, Any], client: object, awaited: Literal[True]
    ) -> AsyncRequestState | Undecided[AsyncRequestState]:
        """The same for a client that is awaited."""

    def try_verify_machine_token(self, token: object, options: Mapping[str, Any]) -> MachineToken | None:
        """Verifies a machine's token with what is in hand; None where the API has to be asked first."""

    def start_verify_machine_token(
        self, token: object, options: Mapping[str, Any], completions: Completions | None = None
    ) -> Task[MachineToken]:
        """Starts the verification of a machine's token that may ask the API."""

    def start_doctor(self, token: str | None, completions: Completions | None = None) -> Task[str]:
        """Starts examining this client."""

    @staticmethod
    def start_diagnose(
        options: str,
        clock: ManualClock | None,
        transport: object,
        token: str | None,
        completions: Completions | None = None,
    ) -> Task[str]:
        """Starts examining options, of which no client has to be possible."""

    def frontend_api_proxy(self, options: str) -> NativeFrontendApiProxy:
        """A Frontend API proxy with this client's keys."""

    def verify_webhook(self, headers: object, body: bytes) -> tuple[str, int, LateObject | None] | None:
        """As `NativeWebhook.verify`."""

    def start_warm_up(self, completions: Completions | None = None) -> Task[None]:
        """Starts fetching the keys that verify tokens."""

@final
class NativeWebhook:
    """Verifies webhooks. Options come as JSON."""

    def __new__(cls, options: str, clock: ManualClock | None = None) -> NativeWebhook: ...
    def verify(self, headers: object, body: bytes) -> tuple[str, int, LateObject | None] | None:
        """The id of a delivery that holds, and when it was sent, in Unix seconds; None for headers that are a dict of
        more than texts."""

    def sign(self, id: str, timestamp: int, body: bytes) -> list[tuple[str, str]]:
        """The headers of a signed delivery."""

@disjoint_base
class Auth:
    """Who is calling, whatever kind of token said so. Signed out, everything is None and `has()` is false."""

    def __bool__(self) -> bool:
        """Whether somebody is signed in: `if state.auth:` means that."""

    def get_token(self, *, template: str | None = None, expires_in_seconds: int | None = None) -> str | None:
        """A token for this caller: the one that the request had; with a template or a life of its own, one that the API
        makes for the session. None for nobody.

        Args:
            template: Name of a JWT template.
            expires_in_seconds: The new token's life, 30 and more.

        Raises:
            ClerkError: what the call of the API meets.
        """

    def narrow(self, accepts_token: str | Sequence[str]) -> Auth:
        """This object if it is of a kind that is accepted here; else nobody. For frameworks that authenticate every
        request with any kind of token, and ask at each route for some.

        Args:
            accepts_token: A kind, several, or `any`.
        """

    @property
    def id(self) -> str | None:
        """A machine token's id."""

    @property
    def subject(self) -> str | None:
        """Whose a machine token is: `user_…`, `org_…` or `mch_…`."""

    @property
    def scopes(self) -> list[str] | None:
        """What a machine token may be used for."""

    @property
    def name(self) -> str | None:
        """An API key's name."""

    @property
    def machine_id(self) -> str | None:
        """The machine that an M2M token is of."""

    @property
    def client_id(self) -> str | None:
        """The OAuth application that a token was given to."""

    @property
    def claims(self) -> Any:
        """The claims of an API key or M2M token; None where it has none."""

    @property
    def token_type(self) -> Literal["session_token", "api_key", "m2m_token", "oauth_token"] | None:
        """The kind of the token; None if it is of a kind that is not accepted."""

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is signed in."""

    @property
    def user_id(self) -> str | None:
        """The user's id."""

    @property
    def session_id(self) -> str | None:
        """The session's id."""

    @property
    def session_status(self) -> str | None:
        """`active` or `pending`; the latter also where a pending session counts as signed out."""

    @property
    def actor(self) -> Any:
        """Who is impersonating the user, as the `act` claim says it."""

    @property
    def org_id(self) -> str | None:
        """The active organization's id."""

    @property
    def org_slug(self) -> str | None:
        """The active organization's slug."""

    @property
    def org_role(self) -> str | None:
        """The role in it, such as `org:admin`."""

    @property
    def org_permissions(self) -> list[str] | None:
        """The permissions in it, such as `org:invoices:read`."""

    @property
    def factor_verification_age(self) -> Any:
        """Minutes since the first and the second factor were verified, -1 for never: the `fva` claim as it is."""

    @property
    def session_claims(self) -> dict[str, Any] | None:
        """The session token's claims, whole."""

    def has(
        self,
        *,
        role: str = ...,
        permission: str = ...,
        feature: str = ...,
        plan: str = ...,
        reverification: str | Mapping[str, Any] = ...,
    ) -> bool:
        """Whether all that is asked holds. False for the signed out, and if nothing is asked.

        Args:
            role: This role in the active organization, with or without `org:`.
            permission: This permission in the active organization.
            feature: This feature, for user or organization; `user:…` or `org:…` for one of them.
            plan: This plan, likewise.
            reverification: This recent a proof of who they are: `strict_mfa`, `strict`, `moderate`, `lax`, or a
                mapping with `level` (`first_factor`, `second_factor`, `multi_factor`) and `after_minutes`.
        """

    def to_dict(self) -> dict[str, Any]:
        """The form that can be stored or sent."""

@final
class AsyncAuth(Auth):
    """The same from a client that is awaited."""

    def get_token(  # type: ignore[override]
        self, *, template: str | None = None, expires_in_seconds: int | None = None
    ) -> Awaitable[str | None]:
        """A token for this caller: awaited. See `Auth.get_token`."""

    def narrow(self, accepts_token: str | Sequence[str]) -> AsyncAuth:
        """This object if it is of a kind that is accepted here; else nobody. See `Auth.narrow`."""

@disjoint_base
class RequestState:
    """What a request's authentication came to."""

    @property
    def response_status(self) -> int | None:
        """The status to answer with, and the headers, instead of serving the request: 307 where the browser has to go
        elsewhere first, 503 when unavailable. None: serve it, with the headers added to the response."""

    def debug(self) -> dict[str, Any]:
        """What the decision was made on, for looking at. Secrets are cut to what tells their kind."""

    @property
    def status(self) -> Literal["signed-in", "signed-out", "handshake", "unavailable"]:
        """`signed-in`, `signed-out`, `handshake` or `unavailable`."""

    @property
    def reason(self) -> str | None:
        """Why nobody is signed in, as a code; None if somebody is."""

    @property
    def message(self) -> str:
        """The reason in a sentence, or empty."""

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody, or some machine, is signed in. True for a pending session too."""

    @property
    def is_signed_in(self) -> bool:
        """Whether the status is `signed-in`."""

    @property
    def is_signed_out(self) -> bool:
        """Whether the status is `signed-out`."""

    @property
    def is_handshake(self) -> bool:
        """Whether the status is `handshake`: answer with the headers, and 307."""

    @property
    def is_unavailable(self) -> bool:
        """Whether the status is `unavailable`: nothing is known, answer 503."""

    @property
    def token_type(self) -> Literal["session_token", "api_key", "m2m_token", "oauth_token"] | None:
        """The kind of the token; None if it is of a kind that is not accepted."""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Headers for the response, in order; `set-cookie` may be there several times."""

    @property
    def token(self) -> str | None:
        """The token, if signed in."""

    @property
    def claims(self) -> Claims | None:
        """The session token's claims, if signed in."""

    @property
    def retry_after(self) -> float | None:
        """When unavailable: seconds to wait before another try, where known."""

    @property
    def notes(self) -> list[tuple[str, str]]:
        """What the developer should hear of once: name and message."""

    @property
    def publishable_key(self) -> str:
        """The publishable key that held, or empty."""

    @property
    def proxy_url(self) -> str:
        """Where the Frontend API is proxied, or empty."""

    @property
    def is_satellite(self) -> bool:
        """Whether this is a satellite."""

    @property
    def domain(self) -> str:
        """The satellite's domain, or empty."""

    @property
    def sign_in_url(self) -> str:
        """The sign-in page, or empty."""

    @property
    def sign_up_url(self) -> str:
        """The sign-up page, or empty."""

    @property
    def after_sign_in_url(self) -> str:
        """Where to go after signing in, or empty."""

    @property
    def after_sign_up_url(self) -> str:
        """Where to go after signing up, or empty."""

    @property
    def auth(self) -> Auth | None:
        """Who is calling; a pending session is signed out. None where nothing is known: during a handshake, and when
        unavailable."""

    def to_auth(self, *, treat_pending_as_signed_out: bool = True) -> Auth | None:
        """The same; without `treat_pending_as_signed_out`, a pending session is signed in."""

    def to_dict(self) -> dict[str, Any]:
        """All of it, as JSON can hold it. The token is in there."""

@final
class AsyncRequestState(RequestState):
    """The same from a client that is awaited: so is its auth object's `get_token()`."""

    @property
    def auth(self) -> AsyncAuth | None:
        """Who is calling. See `RequestState.auth`."""

    def to_auth(self, *, treat_pending_as_signed_out: bool = True) -> AsyncAuth | None:
        """Who is calling. See `RequestState.to_auth`."""

@final
class MachineToken:
    """What is known of a verified machine token. Times are Unix milliseconds."""

    @property
    def token_type(self) -> Literal["api_key", "m2m_token", "oauth_token"]:
        """`api_key`, `m2m_token` or `oauth_token`."""

    @property
    def id(self) -> str:
        """The token's id; empty for a JWT without one."""

    @property
    def subject(self) -> str:
        """Whose it is: `user_…`, `org_…` or `mch_…`."""

    @property
    def scopes(self) -> list[str]:
        """What it may be used for."""

    @property
    def claims(self) -> Any:
        """The claims that were attached to it; None where there are none."""

    @property
    def name(self) -> str | None:
        """An API key's name."""

    @property
    def client_id(self) -> str | None:
        """An OAuth token's application."""

    @property
    def aud(self) -> list[str] | None:
        """An OAuth token's audience."""

    @property
    def act(self) -> Any:
        """An OAuth token's actor: who acts for the subject."""

    @property
    def revoked(self) -> bool:
        """Whether the API says that it was revoked. Never of a JWT."""

    @property
    def revocation_reason(self) -> str | None:
        """Why it was revoked."""

    @property
    def expired(self) -> bool:
        """Whether it has expired."""

    @property
    def expiration(self) -> int | None:
        """When it expires."""

    @property
    def created_at(self) -> int | None:
        """When it was made."""

    @property
    def updated_at(self) -> int | None:
        """When it was changed last; a JWT's is when it was made."""

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
