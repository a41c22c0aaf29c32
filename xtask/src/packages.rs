//! The packages as a user gets them: built, installed into empty places, and the README's snippets run there as printed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{command, output, quiet_step, root};
use crate::{Failure, Outcome, setup};

/// The Python versions a wheel is tried under; those that are not on this machine are named and passed over.
const PYTHONS: [&str; 4] = ["3.10", "3.11", "3.12", "3.13"];

/// Builds and tries both packages.
pub(crate) fn run() -> Outcome {
    python()?;
    node()
}

fn python() -> Outcome {
    let wheels = setup::target().join("wheels");
    empty(&wheels)?;
    let wheel = build_wheel(&root(), &wheels)?;
    let dev = build_wheel(&root().join("bindings-python-dev"), &wheels.join("dev"))?;
    let (mut tried, mut missing) = (0, Vec::new());
    for version in PYTHONS {
        let Some(interpreter) = find_python(version) else {
            missing.push(version);
            continue;
        };
        let venv = setup::target().join(format!("wheel-{version}"));
        let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        quiet_step(
            &format!("an empty environment of Python {version}"),
            command(interpreter).args(["-m", "venv", "--clear"]).arg(&venv),
        )?;
        // Not without their dependencies: there are none but each other.
        let mut pip = command(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--no-index"]).arg(&wheel).arg(&dev);
        quiet_step(&format!("install the wheels under Python {version}"), &mut pip)?;
        let mut snippets = command(&python);
        snippets.arg(root().join("tests/python/readme_snippets.py")).current_dir(&venv);
        quiet_step(&format!("run the README's Python snippets under {version}"), &mut snippets)?;
        try_command(&venv.join(if cfg!(windows) { "Scripts/usher.exe" } else { "bin/usher" }))?;
        tried += 1;
    }
    if !missing.is_empty() {
        println!("   not on this machine, so not tried: Python {}", missing.join(", "));
    }
    println!("wheels: {tried} passed, 0 failed");
    if tried == 0 { Err("there is no Python to try the wheels with".to_owned()) } else { Ok(()) }
}

/// Builds the wheel of the package in this folder, the only one in the folder that it is put in.
fn build_wheel(package: &Path, into: &Path) -> Result<PathBuf, Failure> {
    let mut maturin = command(setup::venv_program("maturin"));
    maturin.args(["build", "--profile", "ci", "--out"]).arg(into).current_dir(package);
    quiet_step(if package == root() { "build the wheel" } else { "build that for development" }, &mut maturin)?;
    only_file(into, ".whl")
}

/// An interpreter of this version: on the PATH, or under pyenv.
fn find_python(version: &str) -> Option<PathBuf> {
    let is_it = |program: &Path| {
        let mut ask = command(program);
        ask.args(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).stderr(std::process::Stdio::null());
        ask.output().is_ok_and(|out| out.status.success() && String::from_utf8_lossy(&out.stdout).trim() == version)
    };
    let mut candidates = vec![PathBuf::from(format!("python{version}")), PathBuf::from("python3")];
    let home = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv")));
    if let Some(versions) = home.and_then(|home| fs::read_dir(home.join("versions")).ok()) {
        let of_version = |name: &str| name.starts_with(&format!("{version}."));
        let found = versions.flatten().filter(|entry| of_version(&entry.file_name().to_string_lossy()));
        candidates.extend(found.map(|entry| entry.path().join("bin/python3")));
    }
    candidates.into_iter().find(|candidate| is_it(candidate))
}

fn node() -> Outcome {
    let folder = setup::target().join("npm");
    empty(&folder)?;
    empty(&folder.join("dev"))?;
    let tarball = pack(&root(), &folder)?;
    let dev = pack(&root().join("bindings-node-dev"), &folder.join("dev"))?;
    let app = folder.join("app");
    empty(&app)?;
    fs::write(app.join("package.json"), "{\"name\":\"app\",\"private\":true}").map_err(|error| error.to_string())?;
    let mut install = setup::npm();
    install.args(["install", "--silent", "--offline", "--no-audit", "--no-fund"]).arg(&tarball).current_dir(&app);
    quiet_step("install it into an empty folder", &mut install)?;
    let installed = fs::read_dir(app.join("node_modules")).map_err(|error| error.to_string())?;
    let names: Vec<String> = installed
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    if names != ["clerk-usher"] {
        return Err(format!("the npm package brings others along: {names:?}"));
    }
    let mut install = setup::npm();
    install
        .args(["install", "--silent", "--offline", "--no-audit", "--no-fund", "--save-dev"])
        .arg(&dev)
        .current_dir(&app);
    quiet_step("install that for development beside it", &mut install)?;
    try_command(&app.join(if cfg!(windows) { "node_modules/.bin/usher.cmd" } else { "node_modules/.bin/usher" }))?;
    let runner = app.join("readme_snippets.mjs");
    fs::copy(root().join("tests/node/readme_snippets.mjs"), &runner).map_err(|error| error.to_string())?;
    let (text, well) = output(command("node").arg(&runner).arg(root().join("README.md")).current_dir(&app))?;
    print!("{text}");
    if well { Ok(()) } else { Err("the README's Node snippets failed from the installed package".to_owned()) }
}

/// Packs the package of this folder; the only tarball in the folder that it is put in.
fn pack(package: &Path, into: &Path) -> Result<PathBuf, Failure> {
    let mut pack = setup::npm();
    pack.args(["pack", "--silent", "--pack-destination"]).arg(into).current_dir(package);
    quiet_step(if package == root() { "pack the npm package" } else { "pack that for development" }, &mut pack)?;
    only_file(into, ".tgz")
}

/// The command as it was installed, far from this repository.
fn try_command(usher: &Path) -> Outcome {
    let (text, well) = output(command(usher).arg("--version").current_dir(std::env::temp_dir()))?;
    let expected = format!("usher {}", env!("CARGO_PKG_VERSION"));
    let is_it = well && text.trim() == expected;
    if is_it { Ok(()) } else { Err(format!("{} --version said {:?}, not {expected:?}", usher.display(), text.trim())) }
}

fn empty(folder: &Path) -> Outcome {
    let fail = |error: std::io::Error| -> Failure { format!("{} cannot be made empty: {error}", folder.display()) };
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(fail)?;
    }
    fs::create_dir_all(folder).map_err(fail)
}

fn only_file(folder: &Path, ending: &str) -> Result<PathBuf, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut files = entries.flatten().map(|entry| entry.path()).filter(|path| path.to_string_lossy().ends_with(ending));
    files.next().ok_or_else(|| format!("there is no {ending} in {}", folder.display()))
}
