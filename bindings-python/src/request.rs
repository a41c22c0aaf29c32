//! A request as the core looks at it, read from what Python has. The common forms are read here; `request.py` knows the
//! others, and makes one of these of them.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use clerk_usher::auth::{RequestParts, latin1};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::once::name;

/// Which headers are read.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Headers {
    /// Those that a decision may be made on.
    LookedAt,
    /// All, for the API.
    All,
}

/// The texts of a request, in one.
pub(crate) struct Parts {
    room: Room,
    method: Range<usize>,
    scheme: Range<usize>,
    address: Range<usize>,
    /// Whether the address is what a client sent.
    received: bool,
    wanted: Headers,
}

/// The memory for a request: of a thread, request after request.
#[derive(Default)]
struct Room {
    texts: String,
    headers: Vec<(Range<usize>, Range<usize>)>,
}

thread_local! {
    static SPARE: Cell<Option<Room>> = const { Cell::new(None) };
}

/// What is larger is given back.
const KEPT: usize = 32 * 1_024;

impl Room {
    fn take() -> Self {
        // None where the thread is about to end, or where a request is read within another.
        SPARE.try_with(Cell::take).ok().flatten().unwrap_or_default()
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let mut room = std::mem::take(&mut self.room);
        if room.texts.capacity() <= KEPT && room.headers.capacity() <= KEPT / size_of::<(Range<usize>, Range<usize>)>()
        {
            room.texts.clear();
            room.headers.clear();
            let _ = SPARE.try_with(|spare| spare.set(Some(room)));
        }
    }
}

/// It is of a form that is not known here.
struct Unknown;

type Read<T = ()> = Result<T, Unknown>;

/// A request that is read, more than once if need be.
pub(crate) struct Source<'py>(Bound<'py, PyAny>);

impl<'py> Source<'py> {
    /// What the core looks at of a request, and where all of it is to be had.
    pub(crate) fn read(request: &Bound<'py, PyAny>) -> PyResult<(Self, Parts)> {
        if let Ok(parts) = Parts::of(request, Headers::LookedAt) {
            return Ok((Self(request.clone()), parts));
        }
        // Who can be read only once is read now.
        let py = request.py();
        let module = py.import(name!(py, "clerk_usher.request"))?;
        let told = module.call_method1(name!(py, "plain_request"), (request,))?;
        let parts = Parts::told(&told, Headers::LookedAt).map_err(|Unknown| unreadable())?;
        Ok((Self(told), parts))
    }

    /// All of it.
    pub(crate) fn all(&self) -> PyResult<Parts> {
        match self.0.is_exact_instance_of::<PyTuple>() {
            true => Parts::told(&self.0, Headers::All),
            false => Parts::of(&self.0, Headers::All),
        }
        .map_err(|Unknown| unreadable())
    }
}

fn unreadable() -> PyErr {
    pyo3::exceptions::PyTypeError::new_err("the request changed while it was read")
}

impl Parts {
    /// What the core looks at.
    pub(crate) fn view(&self) -> RequestParts<'_> {
        let text = |at: &Range<usize>| self.room.texts.get(at.clone()).unwrap_or_default();
        let parts = match self.received {
            true => RequestParts::received(text(&self.method), text(&self.address)),
            false => RequestParts::new(text(&self.method), text(&self.address)),
        };
        parts
            .with_scheme(text(&self.scheme))
            .with_headers(self.room.headers.iter().map(|(name, value)| (text(name), text(value))))
    }

    fn new(wanted: Headers) -> Self {
        Self { room: Room::take(), method: 0..0, scheme: 0..0, address: 0..0, received: true, wanted }
    }

    fn of(request: &Bound<'_, PyAny>, wanted: Headers) -> Read<Self> {
        let mut parts = Self::new(wanted);
        parts.read_mapping(request.cast_exact::<PyDict>().map_err(|_| Unknown)?)?;
        Ok(parts)
    }

    fn told(told: &Bound<'_, PyAny>, wanted: Headers) -> Read<Self> {
        let mut parts = Self::new(wanted);
        parts.read_told(told)?;
        Ok(parts)
    }

    /// What `plain_request` tells: method, scheme, address, whether a client sent it, headers.
    fn read_told(&mut self, told: &Bound<'_, PyAny>) -> Read {
        let told = told.cast_exact::<PyTuple>().map_err(|_| Unknown)?;
        let item = |place| told.get_item(place).map_err(|_| Unknown);
        self.method = self.take(&item(0)?)?;
        self.scheme = self.take(&item(1)?)?;
        self.address = self.take(&item(2)?)?;
        self.received = item(3)?.is_truthy().map_err(|_| Unknown)?;
        self.read_headers(&item(4)?)
    }

    /// The scope of an ASGI server, or a mapping with `method`, `url` and `headers`, whose URL is the program's.
    fn read_mapping(&mut self, request: &Bound<'_, PyDict>) -> Read {
        let py = request.py();
        let headers = field(request, name!(py, "headers"))?.ok_or(Unknown)?;
        // The names may be a client's: then the values are texts, which are no headers.
        if let Some(kind) = field(request, name!(py, "type"))? {
            headers.cast_exact::<PyList>().map_err(|_| Unknown)?;
            self.read_scope(request, &kind)?;
        } else {
            self.method = match field(request, name!(py, "method"))?.filter(|method| !method.is_none()) {
                Some(method) => self.take(&method)?,
                None => self.put("GET"),
            };
            self.address = self.take(&field(request, name!(py, "url"))?.ok_or(Unknown)?)?;
            self.received = false;
        }
        if field(request, name!(py, "wsgi.version"))?.is_some() || self.method.is_empty() {
            return Err(Unknown);
        }
        self.read_headers(&headers)
    }

    /// The scope of an ASGI server that tells the path as it came.
    fn read_scope(&mut self, scope: &Bound<'_, PyDict>, kind: &Bound<'_, PyAny>) -> Read {
        let py = scope.py();
        let is = |kind: &Bound<'_, PyAny>, name: &str| kind.cast_exact::<PyString>().is_ok_and(|kind| *kind == *name);
        if !is(kind, "http") {
            return Err(Unknown);
        }
        let required = |name| field(scope, name)?.ok_or(Unknown);
        required(name!(py, "path"))?;
        self.method = self.take(&required(name!(py, "method"))?)?;
        let scheme = required(name!(py, "scheme"))?;
        // Others have to be told what they stand for.
        if !is(&scheme, "http") && !is(&scheme, "https") {
            return Err(Unknown);
        }
        self.scheme = self.take(&scheme)?;
        let (path, query) = (required(name!(py, "raw_path"))?, required(name!(py, "query_string"))?);
        let (path, query) = (bytes(&path)?, bytes(&query)?);
        let from = self.room.texts.len();
        self.room.texts.push_str(&latin1(path));
        if !query.is_empty() {
            self.room.texts.push('?');
            self.room.texts.push_str(&latin1(query));
        }
        self.address = from..self.room.texts.len();
        Ok(())
    }

    /// Names and values, as a mapping or as pairs.
    fn read_headers(&mut self, headers: &Bound<'_, PyAny>) -> Read {
        if let Ok(headers) = headers.cast_exact::<PyDict>() {
            return headers.iter().try_for_each(|(name, value)| self.read_header(&name, &value));
        }
        let headers = headers.cast_exact::<PyList>().map_err(|_| Unknown)?;
        headers.iter().try_for_each(|pair| {
            let pair = pair.cast_exact::<PyTuple>().map_err(|_| Unknown)?;
            match (pair.len(), pair.get_borrowed_item(0), pair.get_borrowed_item(1)) {
                (2, Ok(name), Ok(value)) => self.read_header(&name, &value),
                _ => Err(Unknown),
            }
        })
    }

    fn read_header(&mut self, name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> Read {
        let (name, value) = (text(name)?, text(value)?);
        if self.wanted == Headers::All || RequestParts::looks_at(&name) {
            let header = (self.put(&name), self.put(&value));
            self.room.headers.push(header);
        }
        Ok(())
    }

    fn take(&mut self, text: &Bound<'_, PyAny>) -> Read<Range<usize>> {
        let text = text.cast_exact::<PyString>().map_err(|_| Unknown)?;
        Ok(self.put(text.to_str().map_err(|_| Unknown)?))
    }

    fn put(&mut self, text: &str) -> Range<usize> {
        let from = self.room.texts.len();
        self.room.texts.push_str(text);
        from..self.room.texts.len()
    }
}

fn field<'py>(request: &Bound<'py, PyDict>, name: &Bound<'py, PyString>) -> Read<Option<Bound<'py, PyAny>>> {
    request.get_item(name).map_err(|_| Unknown)
}

fn bytes<'a>(value: &'a Bound<'_, PyAny>) -> Read<&'a [u8]> {
    value.cast_exact::<PyBytes>().map(|bytes| bytes.as_bytes()).map_err(|_| Unknown)
}

/// A text, or the bytes of one in Latin-1.
fn text<'a>(value: &'a Bound<'_, PyAny>) -> Read<Cow<'a, str>> {
    if let Ok(text) = value.cast_exact::<PyString>() {
        return text.to_str().map(Cow::Borrowed).map_err(|_| Unknown);
    }
    bytes(value).map(latin1)
}
