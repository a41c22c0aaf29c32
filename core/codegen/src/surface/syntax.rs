//! What is asked of pieces of Rust's syntax.

use syn::{Expr, GenericArgument, Lit, Member, PathArguments, ReturnType, Signature, Type};

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Reference(inner) => bare(&inner.expr),
        other => other,
    }
}

/// The text of a literal.
pub(super) fn text(expr: &Expr) -> Option<String> {
    match bare(expr) {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// A field of `Name { … }`.
pub(super) fn field<'a>(expr: &'a Expr, name: &str) -> Option<&'a Expr> {
    let Expr::Struct(made) = bare(expr) else { return None };
    let is_it = |member: &Member| matches!(member, Member::Named(ident) if ident == name);
    made.fields.iter().find(|field| is_it(&field.member)).map(|field| &field.expr)
}

/// The items of an array; anything else is its own only one.
pub(super) fn items(expr: &Expr) -> Vec<&Expr> {
    match bare(expr) {
        Expr::Array(array) => array.elems.iter().collect(),
        other => vec![other],
    }
}

/// The last two segments of a path, `users::GET`.
pub(super) fn path(expr: &Expr) -> Option<String> {
    let Expr::Path(path) = bare(expr) else { return None };
    let segments: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    Some(segments[segments.len().saturating_sub(2)..].join("::"))
}

/// The last segment of a path, or of that of `Path { … }`.
pub(super) fn last(expr: &Expr) -> String {
    let path = match bare(expr) {
        Expr::Path(path) => &path.path,
        Expr::Struct(made) => &made.path,
        _ => return String::new(),
    };
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// `F(a, b).c("d", …).e()` as the arguments of `F`, and each method in order with the text it begins with.
pub(super) fn chain(expr: &Expr) -> (Vec<&Expr>, Vec<(String, Option<String>)>) {
    match bare(expr) {
        Expr::MethodCall(call) => {
            let (made, mut methods) = chain(&call.receiver);
            methods.push((call.method.to_string(), call.args.first().and_then(text)));
            (made, methods)
        }
        Expr::Call(call) => (call.args.iter().collect(), Vec::new()),
        _ => (Vec::new(), Vec::new()),
    }
}

/// What a function returns.
pub(super) fn returned(signature: &Signature) -> Option<&Type> {
    match &signature.output {
        ReturnType::Type(_, kind) => Some(kind),
        ReturnType::Default => None,
    }
}

/// The last segment of a type's path.
pub(super) fn type_name(kind: &Type) -> String {
    let Type::Path(path) = kind else { return String::new() };
    path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// The `Get` of `Call<Get>`.
pub(super) fn type_argument(kind: &Type) -> Option<String> {
    let Type::Path(path) = kind else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == "Call")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(kind) => Some(type_name(kind)),
        _ => None,
    }
}
