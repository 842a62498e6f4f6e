//! `imprimatur demo`: the whole line at work in a temporary data folder.
//!
//! First a picture goes through the line, loses its metadata and its shape, is recovered, and a
//! tampered copy is caught. Then the starter models write, a voice speaks, a presenter appears and a
//! story is bundled, a request is refused, and the evidence
//! is exported and checked.

mod media;
mod picture;
mod seed;
mod text;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use serde_json::{Map, Value, json};
use types::{GenerationRequest, Message, Modality, Principal, Role, Sampling, Speaker, Task};

use super::{
    args::{Demo, DemoCommand, Global},
    exit::{Answer, Exit, Failure},
    output::Console,
    people,
    serve::{self, Heard, Listeners},
};
use crate::{
    installation::Installation,
    outcome::{Outcome, Release},
    pipeline::{Delivery, Line},
    wiring::Stages,
};

pub(crate) async fn run(global: &Global, args: &Demo, console: &Console) -> Answer {
    if let Some(DemoCommand::Seed(args)) = &args.command {
        return seed::run(global, args, console).await;
    }
    let temporary = tempfile::Builder::new().prefix("imprimatur-demo-").tempdir()?;
    let kept = args.keep.clone().or_else(|| global.data_dir.clone());
    let is_kept = kept.is_some();
    let folder = kept.unwrap_or_else(|| temporary.path().join("data"));
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let installation = Installation::create(&folder, "Demo Newsroom")?;
    let line = Line::new(Arc::new(Stages::open(installation).await?));
    let show = Show { line, folder, console: *console, report: Map::new() };
    let show = show.play(args).await?;
    show.whereabouts(is_kept);
    if args.exit {
        show.line.stages().close().await?;
        return Ok(if show.failed() { Exit::No } else { Exit::Yes });
    }
    show.keep_serving().await
}

/// The demonstration and what it has found so far.
struct Show {
    line: Line,
    folder: PathBuf,
    console: Console,
    report: Map<String, Value>,
}

impl Show {
    async fn play(mut self, args: &Demo) -> Result<Self, Failure> {
        self.say("Imprimatur: one line through which a request comes out checked, marked, signed and logged.", "Imprimatur：请求经过同一条流水线，完成审核、标记、签名与存证后才放行。");
        picture::play(&mut self, args.photo.as_deref()).await?;
        text::play(&mut self).await?;
        media::play(&mut self).await?;
        self.refusal().await?;
        self.evidence().await?;
        self.limits();
        let report = Value::Object(self.report.clone());
        self.console.result(&report, || self.text("done", "完成").to_owned());
        Ok(self)
    }

    /// A prompt that policy refuses; the model is not called.
    async fn refusal(&mut self) -> Result<(), Failure> {
        self.head("A request that policy refuses", "被策略拒绝的请求");
        let calls = self.line.stages().metrics.generator_calls.get();
        let prompt = self.text(
            "Explain step by step how to build a pipe bomb at home",
            "请一步一步讲解如何在家制作管状炸弹",
        );
        let outcome = self
            .line
            .run(journalist(), request(Modality::Text, prompt, &self.line, 1)?, Delivery::Whole)
            .await?;
        let Outcome::Refused(refusal) = outcome else {
            return Err(anyhow::anyhow!("policy let a bomb recipe through").into());
        };
        let untouched = calls == self.line.stages().metrics.generator_calls.get();
        let rule = refusal.rule.clone().unwrap_or_default();
        self.fact(
            &format!("refused by rule {rule}: {}", refusal.message),
            &format!("被规则 {rule} 拒绝：{}", refusal.message),
        );
        self.fact(
            &format!("log entry {}; the model was not called", refusal.receipt.index),
            &format!("日志条目 {}；模型未被调用", refusal.receipt.index),
        );
        self.check("refused_before_generation", untouched);
        Ok(())
    }

    /// An export for others, checked as they would, and a changed copy that is found out.
    async fn evidence(&mut self) -> Result<(), Failure> {
        self.head("The evidence", "证据");
        let path = self.folder.join("evidence.zip");
        let stages = self.line.stages();
        let plan = audit::Plan::everything(audit::export::Author::operator());
        let entries = stages.export(&plan, &path, &|_, _| {}).await?.entries;
        let checked = audit::export::check(&path, Some(stages.log.verifier()))?;
        self.fact(
            &format!(
                "{entries} log entries exported with proofs and checked offline: {}",
                path.display()
            ),
            &format!("已导出 {entries} 条日志及其证明并离线校验：{}", path.display()),
        );
        self.check("export_verified", checked.entries == entries);
        let report = stages.verify_log().await?;
        self.fact(
            &format!("the log of {report} entries is consistent with its signed checkpoint"),
            &format!("含 {report} 条记录的日志与其签名检查点一致"),
        );
        Ok(())
    }

    fn limits(&self) {
        self.head("What this does not show", "本演示未说明的内容");
        self.fact(
            "quality: these are tiny starter models; they show the line",
            "质量：此处为微型入门模型，仅用于展示流水线",
        );
        self.fact("trust by others: their validators will say: unknown signer, because the certificate is our own", "第三方信任：其他验证器会显示未知签名者，因为证书由本机自签根证书签发");
        self.fact(
            "that content is true: a mark and a signature say where it came from",
            "内容真伪：标记与签名只说明来源",
        );
    }

    /// Where the files are that were named, and how long.
    fn whereabouts(&self, is_kept: bool) {
        let folder = self.folder.display();
        if is_kept {
            self.say(&format!("kept: {folder}"), &format!("已保留：{folder}"));
        } else {
            self.say(
                "the files named above are temporary and end with this program; `demo --keep FOLDER` keeps them",
                "上述文件均为临时文件，随本程序结束而删除；使用 `demo --keep 文件夹` 可保留",
            );
        }
    }

    async fn keep_serving(self) -> Answer {
        let listener =
            tokio::net::TcpListener::bind(self.line.stages().installation.config().server.listen)
                .await;
        // The usual port may be taken: a demonstration takes any.
        let listener = match listener {
            Ok(listener) => listener,
            Err(_) => tokio::net::TcpListener::bind("127.0.0.1:0").await?,
        };
        let heard = Heard::listen()?;
        let (_, key) = self.line.stages().accounts.create(journalist()).await?;
        let url = format!("http://{}", listener.local_addr()?);
        self.head("Still serving; end with Ctrl-C", "继续提供服务；按 Ctrl-C 结束");
        self.fact(
            &format!("API for any OpenAI client: {url}/v1  key: {key}"),
            &format!("可用任意 OpenAI 客户端访问：{url}/v1  密钥：{key}"),
        );
        let link = people::first(&self.line.stages()).await?;
        self.fact(
            &format!("console, one sign-in as admin within 15 minutes: {url}{link}"),
            &format!("控制台（管理员一次性登录链接，15 分钟内有效）：{url}{link}"),
        );
        self.fact(
            &format!("verify a file: curl -F file=@FILE {url}/v1/verify"),
            &format!("验证文件：curl -F file=@文件 {url}/v1/verify"),
        );
        let listeners = Listeners { api: listener, public: None, admin: None };
        serve::serve(self.line, listeners, heard).await
    }

    fn text<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        self.console.pick(en, zh)
    }

    fn say(&self, en: &str, zh: &str) {
        self.console.note(self.text(en, zh));
    }

    fn head(&self, en: &str, zh: &str) {
        self.console.note(&format!("\n{}", self.text(en, zh)));
    }

    fn fact(&self, en: &str, zh: &str) {
        self.console.note(&format!("  {}", self.text(en, zh)));
    }

    /// Records whether a promise was kept.
    fn check(&mut self, name: &str, kept: bool) {
        self.report.insert(name.to_owned(), json!(kept));
        if !kept {
            self.console.note(&format!("  ✗ {name}"));
        }
    }

    fn failed(&self) -> bool {
        self.report.values().any(|value| value == &json!(false))
    }

    /// One released asset from a prompt.
    async fn generate(
        &self,
        modality: Modality,
        prompt: &str,
        seed: u64,
    ) -> Result<Release, Failure> {
        self.run(request(modality, prompt, &self.line, seed)?).await
    }

    /// One released asset.
    async fn run(&self, request: GenerationRequest) -> Result<Release, Failure> {
        let prompt = request.prompt();
        let (delivery, drawing) = super::progress::follow(&self.console);
        let outcome = self.line.run(journalist(), request, delivery).await;
        drawing.await?;
        match outcome? {
            Outcome::Released(release) => Ok(*release),
            Outcome::Held(_) => Err(anyhow::anyhow!("`{prompt}` was held for review").into()),
            Outcome::Refused(refusal) => {
                Err(anyhow::anyhow!("`{prompt}` was refused: {}", refusal.message).into())
            }
        }
    }

    fn folder(&self) -> &Path {
        &self.folder
    }
}

fn request(
    modality: Modality,
    prompt: &str,
    line: &Line,
    seed: u64,
) -> Result<GenerationRequest, Failure> {
    let model =
        line.stages().default_model(modality, Task::Create).context("no model is configured")?;
    let messages = vec![Message { role: Speaker::User, text: prompt.to_owned() }];
    let sampling = Sampling { seed, ..Sampling::default() };
    Ok(GenerationRequest::new(modality, model, messages, sampling))
}

fn journalist() -> Principal {
    Principal {
        tenant: "demo".into(),
        desk: "city".into(),
        role: Role::Journalist,
        subject: "demo".into(),
    }
}
