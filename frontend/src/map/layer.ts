/**
 * One own WebGL layer for all that moves, on a canvas above the map's: streets are not painted again because a unit
 * moved one pixel. Everything is a sprite; one draw call a frame.
 */
import type { Atlas, Sprite } from './sprites';

const FLOATS = 10;

const VERTEX = `#version 300 es
layout(location=0) in vec4 place;   // centre x, y, width, height in CSS pixels
layout(location=1) in vec4 texture; // u, v, du, dv
layout(location=2) in vec2 turn;    // angle, alpha
uniform vec2 screen;
out vec2 uv; out float alpha;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  vec2 at = (corner - 0.5) * place.zw;
  float s = sin(turn.x), c = cos(turn.x);
  vec2 point = place.xy + vec2(at.x * c - at.y * s, at.x * s + at.y * c);
  gl_Position = vec4(point.x / screen.x * 2.0 - 1.0, 1.0 - point.y / screen.y * 2.0, 0.0, 1.0);
  uv = texture.xy + corner * texture.zw;
  alpha = turn.y;
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec2 uv; in float alpha;
uniform sampler2D atlas;
out vec4 colour;
void main() { colour = texture(atlas, uv) * alpha; }`;

export class SpriteLayer {
  readonly canvas: HTMLCanvasElement;
  /** The machine draws with its processor alone: then one frame a second is kinder than fifteen late ones. */
  software = false;
  #gl: WebGL2RenderingContext | null = null;
  #program: WebGLProgram | null = null;
  #screen: WebGLUniformLocation | null = null;
  #buffer: WebGLBuffer | null = null;
  #data = new Float32Array(FLOATS * 256);
  #count = 0;
  #atlas: Atlas;
  #sent: { atlas: Atlas; version: number } | null = null;
  #width = 1;
  #height = 1;

  constructor(atlas: Atlas) {
    this.#atlas = atlas;
    this.canvas = document.createElement('canvas');
    this.canvas.className = 'marks';
    this.canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    this.canvas.addEventListener('webglcontextrestored', () => this.#begin());
    this.#begin();
  }

  set atlas(atlas: Atlas) {
    this.#atlas = atlas;
  }
  get atlas(): Atlas {
    return this.#atlas;
  }

  #begin(): void {
    const gl = this.canvas.getContext('webgl2', { alpha: true, premultipliedAlpha: true, antialias: false, depth: false, preserveDrawingBuffer: false });
    this.#gl = gl;
    this.#sent = null;
    if (!gl) return;
    const told = gl.getExtension('WEBGL_debug_renderer_info');
    this.software = told !== null && /swiftshader|llvmpipe|software|basic render/i.test(String(gl.getParameter(told.UNMASKED_RENDERER_WEBGL)));
    const compile = (type: number, source: string) => {
      const shader = gl.createShader(type) as WebGLShader;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      return shader;
    };
    const program = gl.createProgram();
    gl.attachShader(program, compile(gl.VERTEX_SHADER, VERTEX));
    gl.attachShader(program, compile(gl.FRAGMENT_SHADER, FRAGMENT));
    gl.linkProgram(program);
    this.#program = program;
    this.#screen = gl.getUniformLocation(program, 'screen');
    this.#buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    [4, 4, 2].forEach((size, n) => {
      gl.enableVertexAttribArray(n);
      gl.vertexAttribPointer(n, size, gl.FLOAT, false, FLOATS * 4, n * 16);
      gl.vertexAttribDivisor(n, 1);
    });
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }

  resize(width: number, height: number): void {
    this.#width = Math.max(1, width);
    this.#height = Math.max(1, height);
    const ratio = this.#atlas.ratio;
    const w = Math.round(this.#width * ratio);
    const h = Math.round(this.#height * ratio);
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
  }

  clear(): void {
    this.#count = 0;
  }

  /** The nearest place where an unturned sprite's pixels fall on the screen's, so that its letters stay sharp. */
  snap(sprite: Sprite, x: number, y: number): [number, number] {
    const ratio = this.#atlas.ratio;
    const fit = (at: number, size: number) => Math.round((at - size / 2) * ratio) / ratio + size / 2;
    return [fit(x, sprite.width), fit(y, sprite.height)];
  }

  /** Adds one sprite for this frame. Angle in radians clockwise. */
  add(sprite: Sprite, x: number, y: number, angle = 0, alpha = 1, scale = 1): void {
    if ((this.#count + 1) * FLOATS > this.#data.length) {
      const larger = new Float32Array(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data.set([x, y, sprite.width * scale, sprite.height * scale, sprite.u, sprite.v, sprite.du, sprite.dv, angle, alpha], this.#count * FLOATS);
    this.#count += 1;
  }

  paint(): void {
    const gl = this.#gl;
    if (!gl || gl.isContextLost()) return;
    if (this.#sent?.atlas !== this.#atlas || this.#sent.version !== this.#atlas.version) {
      gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, this.#atlas.canvas);
      this.#sent = { atlas: this.#atlas, version: this.#atlas.version };
    }
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.#count === 0) return;
    gl.useProgram(this.#program);
    gl.uniform2f(this.#screen, this.#width, this.#height);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.bufferData(gl.ARRAY_BUFFER, this.#data.subarray(0, this.#count * FLOATS), gl.DYNAMIC_DRAW);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.#count);
  }
}
