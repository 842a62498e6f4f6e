//! Writes a small story as EPUB, HTML and ninjs, to look at and to check:
//! `cargo run -p story --example book -- OUT [en|zh] PICTURE… [SOUND MILLISECONDS]`.

#![expect(clippy::print_stdout, reason = "a tool that prints its plan")]

use std::{error::Error, fs, path::Path, time::Instant};

use story::{
    Brief, Chapter, Credit, Links, Narration, Part, Picture, Story, epub, html, ninjs, plan,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, language, files @ ..] = arguments.as_slice() else {
        return Err("give OUT, en or zh, and pictures".into());
    };
    let chinese = language == "zh";
    let brief: Brief = serde_json::from_value(serde_json::json!({
        "brief": if chinese { "写一个关于易北河涨水的故事：港口、灯塔和守夜人。" } else {
            "Write a story about the night the Elbe rose: a harbour, a lighthouse and its keeper." },
        "language": if chinese { "zh" } else { "en" }, "chapters": 3, "narration": true,
        "characters": [{"name": if chinese { "阿达" } else { "Ada" }}],
        "sources": [{"title": "Gauge of Dresden", "url": "https://example.org/gauge?day=1&unit=cm",
            "text": "On Monday the river Elbe in Dresden rose by 35 cm to a level of 412 cm."}],
    }))?;
    let plan = plan(&brief)?;
    for chapter in &plan.chapters {
        println!("{}\n{}\n", chapter.picture_prompt(), chapter.text_prompt(""));
    }
    let pictures: Vec<&String> = files.iter().filter(|name| is_picture(name)).collect();
    let sound = files.iter().find(|name| name.ends_with(".mp3") || name.ends_with(".opus"));
    let length = files.last().and_then(|last| last.parse().ok()).unwrap_or(20_000);
    let texts = if chinese { CHINESE } else { ENGLISH };
    let mut story = Story {
        title: plan.title.clone(),
        language: plan.language.clone(),
        identifier: "urn:uuid:0190b7a2-0000-7000-8000-000000000001".into(),
        modified: "2026-11-29T10:00:00Z".into(),
        publisher: "The Courier".into(),
        notice: if chinese {
            "本作品的文字、图片和声音由人工智能（AI）生成。"
        } else {
            "AI-generated: the text, the pictures and the voice of this story were made with AI."
        }
        .into(),
        summary: if chinese {
            "水位上涨的一夜。"
        } else {
            "One night on a rising river, told from the readings of a gauge."
        }
        .into(),
        credits: vec![Credit { title: "imprimatur-starter-text".into(), url: String::new() }],
        ..Story::default()
    };
    for ((chapter, text), at) in plan.chapters.iter().zip(texts).zip(0..) {
        let picture = pictures.get(at % pictures.len().max(1));
        let picture = picture.map(|name| part(name)).transpose()?.map(|part| Picture {
            part,
            alt: chapter.alt.clone(),
            caption: Some(chapter.heading.clone()),
        });
        let narration = sound.map(|name| part(name)).transpose()?;
        story.chapters.push(Chapter {
            heading: chapter.heading.clone(),
            text: text.into(),
            picture,
            narration: narration.map(|part| Narration { part, length_ms: length, timings: vec![] }),
            sources: chapter.sources.clone(),
        });
    }
    let out = Path::new(out);
    fs::create_dir_all(out)?;
    let started = Instant::now();
    let (book, page) = (epub(&story)?, html(&story));
    let (kib, ms) = (book.len() / 1024, started.elapsed().as_secs_f64() * 1e3);
    println!("EPUB of {kib} KiB and HTML of {} KiB in {ms:.1} ms", page.len() / 1024);
    fs::write(out.join("story.epub"), book)?;
    fs::write(out.join("story.html"), page)?;
    let links = Links { html: Some("https://example.org/story.html".into()), ..Links::default() };
    fs::write(out.join("story.json"), serde_json::to_vec_pretty(&ninjs(&story, &links))?)?;
    Ok(())
}

fn is_picture(name: &str) -> bool {
    [".png", ".jpg", ".svg"].iter().any(|extension| name.ends_with(extension))
}

fn part(name: &str) -> Result<Part, Box<dyn Error>> {
    let media_type = match name.rsplit('.').next() {
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("svg") => "image/svg+xml",
        Some("opus") => "audio/ogg; codecs=opus",
        _ => "audio/mpeg",
    };
    let sidecar = (!is_picture(name)).then(|| b"manifest".to_vec());
    Ok(Part { bytes: fs::read(name)?, media_type: media_type.into(), sidecar })
}

const ENGLISH: [&str; 3] = [
    "The lamp went on at six. Ada had climbed the stairs as she did every evening, counting them without wanting to, and from the gallery she could see the whole harbour: the cranes, the two ferries, the long wall. “It will rise tonight,” she said to nobody.\n\nThe gauge stood at 377 cm. On the quay, men were carrying sandbags; they did not hurry, and they did not talk.",
    "At midnight the river was 412 cm high, 35 cm more than in the morning. Water came over the lowest step of the quay, then over the second. Ada rang the bell.\n\nDoors opened along the street. Somebody laughed, because it was cold and everybody wore boots over pyjamas. Then they began to pass the bags from hand to hand.",
    "Towards four the rain stopped. The wall had held; a single ferry had come loose and lay across the fairway like a dropped spoon.\n\nAda put out the lamp. On the steps she counted again, down this time, and arrived at a number that she did not know.",
];
const CHINESE: [&str; 3] = [
    "六点，灯亮了。阿达像每天傍晚一样爬上楼梯，不由自主地数着台阶。从回廊望去，整个港口尽收眼底：吊车、两艘渡船、长长的堤墙。“今晚会涨水。”她自言自语。\n\n水位是三百七十七厘米。码头上，人们正在搬沙袋，不慌不忙，也不说话。",
    "午夜时，河水高达四百一十二厘米，比早晨高出三十五厘米。水漫过码头最低的台阶，又漫过第二级。阿达敲响了钟。\n\n街上的门一扇扇打开。有人笑了，因为天冷，大家都在睡衣外套着靴子。随后，沙袋开始一双手一双手地传下去。",
    "将近四点，雨停了。堤墙守住了；只有一艘渡船脱了缆，横在航道上，像一把掉落的勺子。\n\n阿达熄了灯。下楼时她又数了一遍台阶，得出了一个陌生的数字。",
];
