#version 300 es
// For ComfyUI's GLSL Shader node: linear light becomes the sRGB values that SoftFocus takes, above white too.
// Load Image (a linear EXR) -> GLSL Shader with this text -> SoftFocus -> Save Image (Advanced), exr, sRGB.
precision highp float;
uniform sampler2D u_image0;
in vec2 v_texCoord;
layout(location = 0) out vec4 fragColor0;
void main() {
    vec4 light = texture(u_image0, v_texCoord);
    vec3 curve = 1.055 * pow(max(light.rgb, 0.0031308), vec3(1.0 / 2.4)) - 0.055;
    fragColor0 = vec4(mix(curve, 12.92 * light.rgb, lessThanEqual(light.rgb, vec3(0.0031308))), light.a);
}
