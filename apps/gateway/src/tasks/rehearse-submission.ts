import { DroppedFields, type VideoCall, type VideoImage } from '@tokenbay/protocol';
import type { VideoSubmission, VideoWire } from '@tokenbay/providers';

/** Stands for a picture that is not there yet, or too large to be encoded for nothing. */
const STAND_IN = { kind: 'bytes', mediaType: 'image/png', bytes: Uint8Array.of(0) } as const;

/**
 * What a provider would be sent, and what that comes to, with a stand-in for each picture whose bytes it would be given: it costs neither a
 * fetch nor an encoding, and is never to be sent. Throws as `VideoWire.writeSubmission` does.
 */
export function rehearseSubmission(call: VideoCall, wire: VideoWire, upstreamModel: string): VideoSubmission {
  const stand = (image: VideoImage): VideoImage => {
    if (image.kind === 'url') return wire.takesImageUrls ? image : STAND_IN;
    return { ...image, bytes: STAND_IN.bytes };
  };
  const { firstFrame, lastFrame, referenceImages } = call;
  const stood = {
    ...call,
    ...(firstFrame && { firstFrame: stand(firstFrame) }),
    ...(lastFrame && { lastFrame: stand(lastFrame) }),
    referenceImages: referenceImages.map(stand),
  };
  return wire.writeSubmission(stood, { upstreamModel, dropped: new DroppedFields() });
}
