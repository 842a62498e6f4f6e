//! What `unet/config.json` says.

use serde::Deserialize;

use crate::{
    GeneratorError,
    files::ModelFiles,
    stable::shape::{self, PerLevel},
};

/// Settings of which one value is served: every other is another network.
const FIXED: [(&str, &str); 25] = [
    ("_class_name", "UNet2DConditionModel"),
    ("act_fn", "silu|swish"),
    ("addition_embed_type", "text_time"),
    ("attention_type", "default"),
    ("center_input_sample", "false"),
    ("class_embed_type", ""),
    ("class_embeddings_concat", "false"),
    ("conv_in_kernel", "3"),
    ("conv_out_kernel", "3"),
    ("cross_attention_norm", ""),
    ("downsample_padding", "1"),
    ("dual_cross_attention", "false"),
    ("encoder_hid_dim", ""),
    ("encoder_hid_dim_type", ""),
    ("mid_block_only_cross_attention", "false"),
    ("mid_block_scale_factor", "1|1.0"),
    ("mid_block_type", "UNetMidBlock2DCrossAttn"),
    ("num_attention_heads", ""),
    ("num_class_embeds", ""),
    ("only_cross_attention", "false"),
    ("resnet_out_scale_factor", "1|1.0"),
    ("resnet_skip_time_act", "false"),
    ("resnet_time_scale_shift", "default"),
    ("time_embedding_type", "positional"),
    ("timestep_post_act", ""),
];

/// As it is stored.
#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    sample_size: Option<usize>,
    in_channels: usize,
    out_channels: usize,
    block_out_channels: Vec<usize>,
    down_block_types: Vec<String>,
    up_block_types: Vec<String>,
    layers_per_block: PerLevel,
    cross_attention_dim: PerLevel,
    attention_head_dim: PerLevel,
    #[serde(default = "one")]
    transformer_layers_per_block: PerLevel,
    #[serde(default)]
    reverse_transformer_layers_per_block: Option<serde_json::Value>,
    norm_num_groups: usize,
    norm_eps: f64,
    #[serde(default = "yes")]
    flip_sin_to_cos: bool,
    #[serde(default)]
    freq_shift: i32,
    #[serde(default)]
    use_linear_projection: bool,
    #[serde(default)]
    addition_embed_type: Option<String>,
    #[serde(default)]
    addition_time_embed_dim: Option<usize>,
    #[serde(default)]
    projection_class_embeddings_input_dim: Option<usize>,
    #[serde(default)]
    time_cond_proj_dim: Option<usize>,
}

const fn one() -> PerLevel {
    PerLevel::One(1)
}

const fn yes() -> bool {
    true
}

/// One level of the network.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    pub(crate) channels: usize,
    /// Residual blocks on the way down; one more on the way up.
    pub(crate) layers: usize,
    pub(crate) attends_down: bool,
    pub(crate) attends_up: bool,
    /// Transformer blocks of an attention.
    pub(crate) depth: usize,
    /// Heads of an attention. The setting is called `attention_head_dim`, but has always counted
    /// heads.
    pub(crate) heads: usize,
    /// Numbers of a row of the text.
    pub(crate) context: usize,
}

/// Conditions of SDXL besides the rows of the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Added {
    /// Numbers that stand for each of the six sizes.
    pub(crate) size: usize,
    /// Numbers of the pooled text.
    pub(crate) pooled: usize,
}

/// Shapes of the network.
#[derive(Debug, Clone)]
pub(crate) struct UnetConfig {
    /// Width and height of the latent picture that it was trained on.
    pub(crate) side: usize,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// Finest first.
    pub(crate) levels: Vec<Level>,
    pub(crate) groups: usize,
    pub(crate) epsilon: f64,
    /// Cosines before sines.
    pub(crate) flipped: bool,
    pub(crate) shift: i32,
    pub(crate) added: Option<Added>,
    /// Numbers that stand for the guidance, in distilled networks.
    pub(crate) guidance: Option<usize>,
}

impl UnetConfig {
    /// Reads `unet/config.json`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] saying what is wrong or not served.
    pub(crate) fn read(files: &ModelFiles) -> Result<Self, GeneratorError> {
        const NAME: &str = "unet/config.json";
        let raw: Raw = shape::read(files, NAME, &FIXED)?;
        Self::of(raw).map_err(|reason| GeneratorError::file(files.path(NAME), reason))
    }

    fn of(raw: Raw) -> Result<Self, String> {
        let levels = raw.levels()?;
        shape::sizes("in_channels", &[raw.in_channels, raw.out_channels])?;
        let side = raw.sample_size.unwrap_or(64);
        shape::sizes("sample_size", &[side])?;
        let added = raw.added()?;
        if let Some(guidance) = raw.time_cond_proj_dim {
            shape::sizes("time_cond_proj_dim", &[guidance])?;
        }
        // Linear or convolution of one place, `use_linear_projection` only chooses how it is stored.
        let _ = raw.use_linear_projection;
        Ok(Self {
            side,
            inputs: raw.in_channels,
            outputs: raw.out_channels,
            levels,
            groups: raw.norm_num_groups,
            epsilon: raw.norm_eps,
            flipped: raw.flip_sin_to_cos,
            shift: raw.freq_shift,
            added,
            guidance: raw.time_cond_proj_dim,
        })
    }

    /// Numbers that stand for the time.
    pub(crate) fn time(&self) -> usize {
        4 * self.first()
    }

    /// Channels of the finest level.
    pub(crate) fn first(&self) -> usize {
        self.levels.first().map_or(0, |level| level.channels)
    }

    /// Numbers of a row of the text.
    pub(crate) fn context(&self) -> usize {
        self.levels.first().map_or(0, |level| level.context)
    }
}

impl Raw {
    fn levels(&self) -> Result<Vec<Level>, String> {
        let count = self.block_out_channels.len();
        if !(1..=8).contains(&count) {
            return Err("`block_out_channels` must name 1 to 8 levels".to_owned());
        }
        shape::sizes("block_out_channels", &self.block_out_channels)?;
        shape::grouped(&self.block_out_channels, self.norm_num_groups)?;
        if self.reverse_transformer_layers_per_block.as_ref().is_some_and(|value| !value.is_null())
        {
            return Err("`reverse_transformer_layers_per_block` is not served".to_owned());
        }
        let layers = self.layers_per_block.spread("layers_per_block", count)?;
        let depths =
            self.transformer_layers_per_block.spread("transformer_layers_per_block", count)?;
        let heads = self.attention_head_dim.spread("attention_head_dim", count)?;
        let contexts = self.cross_attention_dim.spread("cross_attention_dim", count)?;
        let down = attends(&self.down_block_types, ["DownBlock2D", "CrossAttnDownBlock2D"], count)?;
        let mut up = attends(&self.up_block_types, ["UpBlock2D", "CrossAttnUpBlock2D"], count)?;
        up.reverse();
        let numbers =
            self.block_out_channels.iter().zip(layers).zip(depths).zip(heads).zip(contexts);
        let levels = numbers.zip(down.into_iter().zip(up)).map(
            |(((((channels, layers), depth), heads), context), (attends_down, attends_up))| Level {
                channels: *channels,
                layers,
                attends_down,
                attends_up,
                depth,
                heads,
                context,
            },
        );
        let levels: Vec<Level> = levels.collect();
        if levels.iter().any(|level| !level.channels.is_multiple_of(level.heads)) {
            return Err("`attention_head_dim` must divide `block_out_channels`".to_owned());
        }
        Ok(levels)
    }

    fn added(&self) -> Result<Option<Added>, String> {
        if self.addition_embed_type.is_none() {
            return Ok(None);
        }
        let numbers = (self.addition_time_embed_dim, self.projection_class_embeddings_input_dim);
        let (Some(size), Some(all)) = numbers else {
            return Err("`addition_time_embed_dim` or `projection_class_embeddings_input_dim` \
                        is missing"
                .to_owned());
        };
        shape::sizes("addition_time_embed_dim", &[size])?;
        match all.checked_sub(6 * size) {
            Some(pooled) if pooled > 0 => Ok(Some(Added { size, pooled })),
            _ => Err("`projection_class_embeddings_input_dim` leaves no room for a text: models \
                      that refine are not served"
                .to_owned()),
        }
    }
}

/// Which levels attend, by the names of their blocks.
fn attends(
    types: &[String],
    [plain, attending]: [&str; 2],
    count: usize,
) -> Result<Vec<bool>, String> {
    if types.len() != count {
        return Err(format!("{} kinds of blocks are named for {count} levels", types.len()));
    }
    let attends = |kind: &String| match kind.as_str() {
        kind if kind == plain => Ok(false),
        kind if kind == attending => Ok(true),
        other => Err(format!("block `{other}` is not served; {plain} and {attending} are")),
    };
    types.iter().map(attends).collect()
}
