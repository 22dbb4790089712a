/** What the search of the network hands to the form of a new camera; taken once. */
export interface Handed {
  main_url: string;
  sub_url: string;
  onvif_url: string;
  onvif_profile: string;
  ptz: boolean;
  username: string;
  password: string;
  name_th: string;
}

class Hand {
  stream: Handed | null = null;

  take(): Handed | null {
    const found = this.stream;
    this.stream = null;
    return found;
  }
}

export const handed = new Hand();
