//! How a thread that knows nothing of Python wakes an event loop: a socket pair, rung at one end, watched at the other.

#[cfg(unix)]
pub(crate) use unix::{Bell, Door};

#[cfg(not(unix))]
pub(crate) use nowhere::{Bell, Door};

#[cfg(unix)]
mod unix {
    use std::io::{self, Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    /// The end that is rung.
    pub(crate) struct Bell(UnixStream);

    /// The end that is watched.
    pub(crate) struct Door(UnixStream);

    impl Bell {
        pub(crate) fn new() -> io::Result<(Self, Door)> {
            let (bell, door) = UnixStream::pair()?;
            bell.set_nonblocking(true)?;
            door.set_nonblocking(true)?;
            Ok((Self(bell), Door(door)))
        }

        pub(crate) fn ring(&self) {
            // If it cannot be written, the socket is full, and the loop will wake all the same; or closed, and
            // nobody waits any more.
            let _ = (&self.0).write(&[0]);
        }
    }

    impl Door {
        pub(crate) fn fileno(&self) -> i32 {
            self.0.as_raw_fd()
        }

        /// Takes out what was rung, so that it is readable only after the next ring.
        pub(crate) fn hush(&self) {
            while matches!((&self.0).read(&mut [0; 64]), Ok(read) if read > 0) {}
        }
    }
}

/// Where loops watch no such descriptors, none can be made, and the facade waits in a thread instead.
#[cfg(not(unix))]
mod nowhere {
    use std::io;

    pub(crate) enum Bell {}

    pub(crate) enum Door {}

    impl Bell {
        pub(crate) fn new() -> io::Result<(Self, Door)> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(crate) fn ring(&self) {
            match *self {}
        }
    }

    impl Door {
        pub(crate) fn fileno(&self) -> i32 {
            match *self {}
        }

        pub(crate) fn hush(&self) {
            match *self {}
        }
    }
}
