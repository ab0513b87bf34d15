const RATE = 8_000;
const HEAD_BYTES = 44;

/** A recording of silence: WAV, mono, 16 bits, 8 kHz. */
export function makeWav(seconds: number): Buffer {
  const dataBytes = Math.round(seconds * RATE) * 2;
  const wav = Buffer.alloc(HEAD_BYTES + dataBytes);
  wav.write('RIFF____WAVEfmt ');
  wav.writeUInt32LE(HEAD_BYTES - 8 + dataBytes, 4);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(RATE, 24);
  wav.writeUInt32LE(RATE * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(dataBytes, 40);
  return wav;
}
