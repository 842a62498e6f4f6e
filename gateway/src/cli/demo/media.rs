//! A voice-over, a presenter and a small story, all by fixed rules and the starter models.

use std::fs;

use provenance::Verdict;
use story::Brief;
use tokio::sync::mpsc;
use types::{Drawing, GenerationRequest, MediaType, Message, Modality, Sampling, Speaker, Task};

use super::{super::exit::Failure, Show, journalist, request};
use crate::{
    lookup::Subject,
    outcome::Release,
    stories::{self, Ended, Form, Wanted},
};

const BULLETIN: (&str, &str) = (
    "The river Elbe stands at 412 centimetres in Dresden and is rising. Officials expect more rain.",
    "武汉段长江水位为一千八百九十三厘米，正在下降。官员预计今晚有雨。",
);
const FACTS: &str = "river; name=Elbe; place=Dresden; level_cm=412; change_cm=20; alert_cm=500";
/// Parts that may wait to be counted.
const PARTS_WAITING_MAX: usize = 8;

pub(super) async fn play(show: &mut Show) -> Result<(), Failure> {
    show.head("A voice, a presenter and a story", "语音、主播与故事");
    let words = show.text(BULLETIN.0, BULLETIN.1).to_owned();
    let spoken = show.run(request(Modality::Audio, &words, &show.line, 5)?).await?;
    told(show, &spoken, "voice-over", "旁白", "speech_trusted").await?;
    let filmed = show.run(presented(show, &words)?).await?;
    told(show, &filmed, "a presenter says it", "主播播报", "video_trusted").await?;
    story(show).await
}

fn presented(show: &Show, words: &str) -> Result<GenerationRequest, Failure> {
    let model = show.line.stages().default_model(Modality::Video, Task::Anchor);
    let model = model.ok_or_else(|| anyhow::anyhow!("no model is configured"))?;
    // A few seconds: the first sentence.
    let first = words.split_inclusive(['.', '。']).next().unwrap_or(words);
    let messages = vec![Message { role: Speaker::User, text: format!("# Elbe\n{first}") }];
    let sampling = Sampling { seed: 5, ..Sampling::default() };
    let drawing = Drawing { task: Task::Anchor, size: Some((640, 360)), ..Drawing::default() };
    let request = GenerationRequest::new(Modality::Video, model, messages, sampling);
    Ok(GenerationRequest { drawing, ..request })
}

async fn told(
    show: &mut Show,
    release: &Release,
    what: &str,
    chinese: &str,
    check: &str,
) -> Result<(), Failure> {
    let path = show.folder().join(format!("{check}.{}", release.media_type.extension()));
    fs::write(&path, &release.bytes)?;
    let (shown, index) = (path.display(), release.receipt.index);
    show.fact(
        &format!("{what}: {shown}, marked, signed, log entry {index}"),
        &format!("{chinese}：{shown}，已标记、已签名，日志条目 {index}"),
    );
    let lookup = show.line.stages().lookup();
    let found = lookup.verify(Subject::new(release.bytes.clone())).await;
    show.check(check, found.report.verdict == Verdict::Trusted);
    Ok(())
}

async fn story(show: &mut Show) -> Result<(), Failure> {
    let brief = Brief {
        brief: FACTS.to_owned(),
        sources: Vec::new(),
        language: "en".to_owned(),
        chapters: 1,
        illustrations: true,
        narration: true,
        style: None,
        characters: Vec::new(),
        audience: None,
        seed: 5,
    };
    let wanted = Wanted {
        brief,
        text_model: None,
        image_model: None,
        speech_model: None,
        voice: None,
        form: Form::Epub,
    };
    let (parts, mut done) = mpsc::channel(PARTS_WAITING_MAX);
    let counting = async {
        let mut count = 0;
        while done.recv().await.is_some() {
            count += 1;
        }
        count
    };
    let line = show.line.clone();
    let principal = journalist();
    let (ended, count) = tokio::join!(stories::make(&line, &principal, wanted, parts), counting);
    let Ended::Bundled { bundle, .. } = ended? else {
        return Err(anyhow::anyhow!("the story was not bundled").into());
    };
    let path = show.folder().join("story.epub");
    super::super::generate::save(&bundle, &path)?;
    let (shown, index) = (path.display(), bundle.receipt.index);
    show.fact(
        &format!("a story of {count} parts, each signed: {shown}, log entry {index}"),
        &format!("由 {count} 个已签名部分组成的故事：{shown}，日志条目 {index}"),
    );
    show.check("story_bundled", bundle.media_type == MediaType::Epub && count == 3);
    Ok(())
}
