"""Pictures without any face, chosen by eye: how many faces are found in them.

    python -m benchmarks.faces.faceless

Twenty drawn ones (logos, icons, edges, models, vectors, landscapes) and twenty others (landscapes, streets, rooms,
products, plants, animals), of five wheels of templates.
"""

from __future__ import annotations

import time

import torch

from benchmarks.rows import Check, show_limits
from softfocus.faces import find_faces, load_face_nets
from testing.other_portraits import named_portraits

PACKAGE = "comfyui-workflow-templates-media-"
DRAWN = {
    "image==0.3.160": (
        "02_qwen_Image_edit_subgraphed-2",
        "api_quiver_image_to_svg-1",
        "flux_canny_model_example-2",
        "sdxl_revision_text_prompts-1",
        "templates-textured_logo_elements-1",
        "utility_topaz_illustration_upscale-1",
    ),
    "assets-02==0.1.24": (
        "api_bria_fibo2_t2i-1",
        "api_fishaudio_drama3_dialogue-1",
        "api_fishaudio_drama3_directed-1",
        "api_ideogram_vector_1_image_to_svg-1",
        "api_meshy7_1_text_to_model-2",
        "api_meshy_t2_5_smart_topology_i2m-1",
        "fish-audio",
    ),
    "api==0.3.84": ("api_openai_dall_e_2_inpaint-1", "api_recraft_vector_gen-1"),
    "other==0.3.229": (
        "api_hunyuan3d_smart_topology-1",
        "basic_datatype_conversion-1",
        "basic_mask_operations_and_compositing-1",
        "llm_gemma4_text_gen-1",
        "utility_moge_depth_estimation-2",
    ),
}
OTHERS = {
    "image==0.3.160": (
        "02_qwen_Image_edit_subgraphed-1",
        "api_nano_banana_2_lite_image_edit-2",
        "default-1",
        "flux_canny_model_example-1",
        "flux_fill_outpaint_example-1",
        "flux_schnell_full_text_to_image-1",
        "hidream_i1_fast-1",
        "image_chroma_text_to_image-1",
        "image_chrono_edit_14B-1",
        "image_flux2_text_to_image_9b-1",
        "image_lens_t2i-1",
        "image_lens_turbo_t2i-1",
        "image_qwen_image-1",
        "image_qwen_image_edit_2509-1",
        "utility-gan_upscaler-1",
        "video_wanmove_480p_hallucination-1",
    ),
    "assets-01==0.1.48": ("image_mage_flow_edit_turbo_int8-1", "utility_seedvr2_3b_int8_upscale_image-1"),
    "assets-02==0.1.24": ("api_ideogram_v4_5_image_edit-1", "api_pruna_p_video_t2v-1"),
}
MOST = 2


def main() -> list[Check]:
    torch.set_num_threads(1)
    start, nets, count, found = time.perf_counter(), load_face_nets(), 0, []
    with torch.inference_mode():
        for kind in (DRAWN, OTHERS):
            for package, names in kind.items():
                for each in named_portraits(names, PACKAGE + package):
                    count += 1
                    found += [f"{each.name} {face.score:.2f}" for face in find_faces(nets, each.image)[0]]
    print(f"{count} pictures without a face, found: {', '.join(found) or 'none'}")
    limits = [Check("faces found in pictures without any", len(found), MOST)]
    show_limits(limits, start)
    return limits


if __name__ == "__main__":
    main()
