//! Makes functions of the texts in `locales/*.toml`, one for each key, with the text's places as
//! arguments. A key that one language lacks, or whose places differ, ends the build; a template that
//! asks for an unknown key does not compile; a key that nothing asks for is dead code.

use std::{
    collections::BTreeMap, env, error::Error, fmt::Write as _, fs, io::Write as _, path::Path,
};

type Done<T> = Result<T, Box<dyn Error>>;

/// Each language: the file's name, the variant of `types::Language`, and its plural forms.
const LANGUAGES: [(&str, &str, &[&str]); 2] =
    [("en", "En", &["one", "other"]), ("zh-Hans", "Zh", &["other"])];

/// What the files of a language begin with: the public pages' texts, and the console's.
const FILES: [&str; 2] = ["", "console."];

fn main() -> Done<()> {
    let mut all = Vec::new();
    for (name, variant, forms) in LANGUAGES {
        let mut texts: BTreeMap<String, toml::Value> = BTreeMap::new();
        for begins in FILES {
            let path = format!("locales/{begins}{name}.toml");
            println_cargo(&format!("rerun-if-changed={path}"))?;
            let read: BTreeMap<String, toml::Value> = toml::from_str(&fs::read_to_string(&path)?)?;
            for (key, value) in read {
                check(&path, &key, &value, forms)?;
                if texts.insert(key.clone(), value).is_some() {
                    return Err(format!("{path}: `{key}` is in another file, too").into());
                }
            }
        }
        all.push((name.to_owned(), variant, texts));
    }
    println_cargo("rerun-if-changed=build.rs")?;
    let code = generate(&all)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("texts.rs"), code)?;
    Ok(())
}

fn println_cargo(instruction: &str) -> Done<()> {
    Ok(writeln!(std::io::stdout(), "cargo:{instruction}")?)
}

type Locale = (String, &'static str, BTreeMap<String, toml::Value>);

fn check(path: &str, key: &str, value: &toml::Value, forms: &[&str]) -> Done<()> {
    let name = key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !name {
        return Err(format!("{path}: `{key}` is not a name").into());
    }
    match value {
        toml::Value::String(text) if !text.trim().is_empty() => Ok(()),
        toml::Value::Table(table)
            if table.len() == forms.len()
                && forms.iter().all(|form| table.get(*form).is_some_and(toml::Value::is_str)) =>
        {
            Ok(())
        }
        _ => Err(format!("{path}: `{key}` is a text, or has the forms {forms:?}").into()),
    }
}

fn generate(all: &[Locale]) -> Done<String> {
    let Some((_, _, first)) = all.first() else { return Ok(String::new()) };
    for (path, _, texts) in all {
        let missing: Vec<_> = first.keys().filter(|key| !texts.contains_key(*key)).collect();
        let strange: Vec<_> = texts.keys().filter(|key| !first.contains_key(*key)).collect();
        if !missing.is_empty() || !strange.is_empty() {
            return Err(format!("{path} lacks {missing:?} and alone has {strange:?}").into());
        }
    }
    let mut code = String::from("impl Texts {\n");
    for (key, value) in first {
        let arguments = places(value);
        let mut arms = String::new();
        for (path, variant, texts) in all {
            let Some(text) = texts.get(key) else { continue };
            if !same(&places(text), &arguments) {
                return Err(format!("{path}: `{key}` has other places than {arguments:?}").into());
            }
            writeln!(arms, "Language::{variant} => {},", arm(text, &arguments))?;
        }
        writeln!(code, "{}", function(key, value, &arguments, &arms))?;
    }
    code += "}\n";
    Ok(code)
}

fn function(key: &str, value: &toml::Value, arguments: &[String], arms: &str) -> String {
    let plural = value.is_table();
    let mut taken = String::new();
    for argument in arguments {
        // Templates hand numbers over by reference.
        let count = plural && argument == "n";
        let kind = if count { "impl std::borrow::Borrow<u64>" } else { "&str" };
        taken += &format!(", {argument}: {kind}");
    }
    let kind = if plural || !arguments.is_empty() { "String" } else { "&'static str" };
    let fixed = if kind == "String" { "" } else { "const " };
    let counted = if plural { "let n = *n.borrow();" } else { "" };
    let body = format!("{counted} match self.0 {{ {arms} }}");
    format!("pub(crate) {fixed}fn {key}(self{taken}) -> {kind} {{ {body} }}")
}

fn arm(value: &toml::Value, arguments: &[String]) -> String {
    let said = |text: &str| {
        if arguments.is_empty() { format!("{text:?}") } else { format!("format!({text:?})") }
    };
    match value {
        toml::Value::Table(forms) => {
            let form = |name: &str| forms.get(name).and_then(toml::Value::as_str).map(said);
            let other = form("other").unwrap_or_default();
            match form("one") {
                Some(one) => format!("match n {{ 1 => {one}, _ => {other} }}"),
                None => other,
            }
        }
        value => said(value.as_str().unwrap_or_default()),
    }
}

/// The names in braces, in the order of the first language; of a plural `n` comes first.
fn places(value: &toml::Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let texts: Vec<&str> = match value {
        toml::Value::Table(forms) => forms.values().filter_map(toml::Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    };
    if value.is_table() {
        found.push("n".to_owned());
    }
    for piece in texts.iter().flat_map(|text| text.split('{').skip(1)) {
        let name = piece.split('}').next().unwrap_or_default().to_owned();
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn same(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|name| b.contains(name))
}
