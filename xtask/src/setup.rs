//! What the packages need to run from this tree: native modules, TypeScript, a virtual environment, node_modules.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{cargo, command, quiet_step, root, step};
use crate::{Failure, Outcome};

/// Everything.
pub(crate) fn all() -> Outcome {
    natives()?;
    python()?;
    node()
}

/// Builds both native modules and puts each where its package looks for it.
pub(crate) fn natives() -> Outcome {
    let packages = ["clerk-usher-python", "clerk-usher-python-dev", "clerk-usher-node", "clerk-usher-node-dev"];
    let packages = packages.map(|name| ["-p", name]);
    step("build the native modules", cargo().args(["build", "--profile", "ci"]).args(packages.as_flattened()))?;
    let python = if cfg!(windows) { "_native.pyd" } else { "_native.abi3.so" };
    place("clerk_usher_python", &root().join("bindings-python/python/clerk_usher").join(python))?;
    place("clerk_usher_python_dev", &root().join("bindings-python-dev/python/clerk_usher_dev").join(python))?;
    place("clerk_usher_node", &root().join("bindings-node/dist").join(node_file("clerk-usher")))?;
    place("clerk_usher_node_dev", &root().join("bindings-node-dev/dist").join(node_file("clerk-usher-dev")))
}

/// The name under which a Node package looks for its native module.
pub(crate) fn node_file(package: &str) -> String {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    match std::env::consts::OS {
        "macos" => format!("{package}.darwin-{arch}.node"),
        "windows" => format!("{package}.win32-{arch}-msvc.node"),
        other if cfg!(target_env = "musl") => format!("{package}.{other}-{arch}-musl.node"),
        other => format!("{package}.{other}-{arch}-gnu.node"),
    }
}

/// Replaces, never overwrites: a process that runs the old module keeps it.
fn place(library: &str, to: &Path) -> Outcome {
    let file = format!("{}{library}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let from = target().join("ci").join(file);
    let fail = |error: std::io::Error| format!("{} cannot be put at {}: {error}", from.display(), to.display());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    let new = to.with_extension("new");
    fs::copy(&from, &new).map_err(fail)?;
    fs::rename(&new, to).map_err(fail)
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A pip that knows dependency groups.
const PIP: &str = "pip==26.3";

/// A virtual environment with the pinned development tools of `pyproject.toml`.
pub(crate) fn python() -> Outcome {
    let pins = root().join("pyproject.toml");
    once(&[pins.as_path()], &target().join("venv/.ready"), || {
        let venv = target().join("venv");
        quiet_step("make a virtual environment", command("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        let pip = |arguments: &[&str]| {
            let mut pip = command(venv_program("python"));
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(arguments);
            pip
        };
        quiet_step("bring pip up to date", &mut pip(&[PIP]))?;
        quiet_step("install the Python tools", &mut pip(&["--group", "dev"]))
    })
}

/// A program of the virtual environment.
pub(crate) fn venv_program(name: &str) -> PathBuf {
    let folder = if cfg!(windows) { "venv/Scripts" } else { "venv/bin" };
    target().join(folder).join(name)
}

/// The virtual environment's Python, with our packages importable from the tree.
pub(crate) fn venv_python() -> Command {
    let mut python = command(venv_program("python"));
    let folders = ["bindings-python/python", "bindings-python-dev/python"].map(|folder| root().join(folder));
    // A checkout below a folder with the separator in its name has no such path; then the tests say what is missing.
    python.env("PYTHONPATH", std::env::join_paths(folders).unwrap_or_default()).env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

/// node_modules as the lock file says, and the TypeScript compiled.
pub(crate) fn node() -> Outcome {
    let lock = root().join("package-lock.json");
    once(&[lock.as_path()], &root().join("node_modules/.ready"), || {
        quiet_step("install the Node tools", npm().args(["ci", "--no-audit", "--no-fund"]))
    })?;
    quiet_step("compile the TypeScript", npm().args(["run", "--silent", "build"]))
}

/// npm.
pub(crate) fn npm() -> Command {
    command(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Does something unless the mark says that it was done with these very files.
fn once(inputs: &[&Path], mark: &Path, work: impl FnOnce() -> Outcome) -> Outcome {
    let mut now = String::new();
    for input in inputs {
        let fail = |error: std::io::Error| -> Failure { format!("{} cannot be read: {error}", input.display()) };
        now.push_str(&fs::read_to_string(input).map_err(fail)?);
    }
    if fs::read_to_string(mark).is_ok_and(|then| then == now) {
        return Ok(());
    }
    work()?;
    fs::write(mark, now).map_err(|error| format!("{} cannot be written: {error}", mark.display()))
}
