//! What is wrong with the catalogue, or with writing what follows from it.

use std::fmt;

/// One finding, with the place it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as the caller named its folder.
    pub file: String,
    /// Line in the file, from 1; 0 where none can be told.
    pub line: u64,
    /// What is wrong, and where inside the file in the catalogue's own terms (`users.list, query limit`).
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message),
            line => write!(f, "{}:{line}: {}", self.file, self.message),
        }
    }
}

/// Everything that is wrong at once: whoever edits the catalogue wants all of it, not the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl Error {
    /// One problem.
    #[must_use]
    pub fn new(file: impl Into<String>, line: u64, message: impl Into<String>) -> Self {
        Self { problems: vec![Problem { file: file.into(), line, message: message.into() }] }
    }

    /// A problem that has no place in a file of the catalogue.
    #[must_use]
    pub fn general(message: impl Into<String>) -> Self {
        Self::new("generator", 0, message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
