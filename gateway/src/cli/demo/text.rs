//! Briefs in both languages, each with every number from the facts.

use types::Modality;

use super::{super::exit::Failure, super::generate, Show};

const PROMPTS: [(&str, &str); 2] = [
    ("brief.txt", "river; name=Elbe; place=Dresden; level_cm=412; change_cm=20; alert_cm=500"),
    (
        "jianxun.txt",
        "写一则简讯：river; name=长江; place=武汉; level_cm=1893; change_cm=-12; alert_cm=2730",
    ),
];

pub(super) async fn play(show: &mut Show) -> Result<(), Failure> {
    show.head("Briefs from facts, by the starter model", "入门模型根据事实撰写简讯");
    for (name, prompt) in PROMPTS {
        let release = show.generate(Modality::Text, prompt, 11).await?;
        let path = show.folder().join(name);
        generate::save(&release, &path)?;
        let text = String::from_utf8_lossy(&release.bytes).into_owned();
        show.fact(&format!("{prompt}\n    → {text}"), &format!("{prompt}\n    → {text}"));
        let (shown, index) = (path.display(), release.receipt.index);
        show.fact(
            &format!("{shown} with its manifest {shown}.c2pa, log entry {index}"),
            &format!("{shown} 及其清单 {shown}.c2pa，日志条目 {index}"),
        );
        for warning in &release.warnings {
            show.fact(&format!("warning: {warning}"), &format!("提示：{warning}"));
        }
        let check = format!("{name}_numbers_from_facts");
        show.check(&check, numbers(&text).iter().all(|number| numbers(prompt).contains(number)));
    }
    Ok(())
}

/// Maximal runs of digits.
fn numbers(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_runs_of_digits() {
        assert_eq!(numbers("at 412 cm, +20; 武汉1893厘米"), ["412", "20", "1893"]);
    }
}
